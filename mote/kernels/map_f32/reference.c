#include "mote/kernels/kernel.h"
#include "mote/kernels/map_f32/functions.h"

#define DEFINE_MAP(NAME, FUNCTION)                                   \
  static void NAME(const mote_kernel_args* args) {                   \
    const mote_map_f32_params* p = args->params;                     \
    const float* x = args->inputs[0];                                \
    float* y = args->outputs[0];                                     \
    for (int64_t i = 0; i < p->count; ++i) y[i] = FUNCTION(p, x[i]); \
  }
DEFINE_MAP(run_clamp, map_clamp)
DEFINE_MAP(run_leaky_relu, map_leaky_relu)
DEFINE_MAP(run_elu, map_elu)
DEFINE_MAP(run_logistic, map_logistic)
DEFINE_MAP(run_tanh, map_tanh)
DEFINE_MAP(run_hard_swish, map_hard_swish)
DEFINE_MAP(run_abs, map_abs)
DEFINE_MAP(run_neg, map_neg)
DEFINE_MAP(run_square, map_square)
DEFINE_MAP(run_sqrt, map_sqrt)
DEFINE_MAP(run_rsqrt, map_rsqrt)
DEFINE_MAP(run_exp, map_exp)
DEFINE_MAP(run_log, map_log)

#define ROW(NAME)                                                                                \
  {                                                                                              \
    .name = #NAME "_f32_reference", .family = #NAME "_f32", .overlap = mote_overlap_elementwise, \
    MOTE_PRINTED("map_f32/reference.c", run_##NAME), .params_layout = &mote_map_f32_layout       \
  }

const mote_kernel mote_kernels_map_f32_reference[] = {
    ROW(clamp),      ROW(leaky_relu), ROW(elu), ROW(logistic),   ROW(tanh),
    ROW(hard_swish), ROW(abs),        ROW(neg), ROW(square),     ROW(sqrt),
    ROW(rsqrt),      ROW(exp),        ROW(log), MOTE_KERNELS_END};
