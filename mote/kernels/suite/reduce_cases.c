// Calls of reductions.
#include <stdio.h>

#include "mote/kernels/reduce/reduce.h"
#include "mote/kernels/suite/kernel_case.h"

static int64_t draw_reduce(mote_kernel_case* c, int64_t element_bytes, int32_t is_mean) {
  mote_reduce_params* p = mote_case_alloc(c, sizeof *p);
  int64_t count = 1;
  int64_t results = 1;
  c->params = p;
  p->rank = mote_case_integer(c, 1, 4);
  const int32_t first = mote_case_integer(c, 0, p->rank - 1);
  const int32_t last = mote_case_integer(c, first, p->rank - 1);
  for (int32_t d = 0; d < p->rank; ++d) {
    p->shape[d] = mote_case_integer(c, 1, mote_case_once_in(c, 4) ? 90 : 9);
    // Now and then an axis between those that are reduced is not.
    p->reduced[d] = d >= first && d <= last && !mote_case_once_in(c, 10);
    count *= p->shape[d];
    results *= p->reduced[d] ? 1 : p->shape[d];
  }
  p->x_zero_point = mote_case_integer(c, -128, 127);
  p->y_zero_point = mote_case_integer(c, -128, 127);
  p->y_min = mote_case_once_in(c, 3) ? p->y_zero_point : INT16_MIN;
  p->y_max = INT16_MAX;
  p->rounding = mote_case_once_in(c, 3) ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  mote_reduce_prepare((float)mote_case_real(c, 0.001, 0.2), (float)mote_case_real(c, 0.001, 0.2),
                      is_mean, p);
  c->output_bytes[0] = results * element_bytes;
  snprintf(c->text, sizeof c->text, "shape [%d,%d,%d,%d], reduced %d %d %d %d", p->shape[0],
           p->shape[1], p->shape[2], p->shape[3], p->reduced[0], p->reduced[1], p->reduced[2],
           p->reduced[3]);
  return count;
}

static void make_mean_bytes(mote_kernel_case* c) {
  const int64_t count = draw_reduce(c, 1, 1);
  c->inputs[0] = mote_case_bytes(c, count);
}
static void make_sum_bytes(mote_kernel_case* c) {
  const int64_t count = draw_reduce(c, 1, 0);
  c->inputs[0] = mote_case_bytes(c, count);
}
static void make_mean_i16(mote_kernel_case* c) {
  const int64_t count = draw_reduce(c, 2, 1);
  c->inputs[0] = mote_case_bytes(c, count * 2);
}
static void make_f32(mote_kernel_case* c) {
  const int64_t count = draw_reduce(c, 4, 1);
  c->inputs[0] = mote_case_floats(c, count);
  c->tolerance = 1e-6;
}

#define FAMILY(NAME, MAKE) const mote_case_family mote_cases_##NAME = {#NAME, MAKE};
FAMILY(mean_i8, make_mean_bytes)
FAMILY(mean_u8, make_mean_bytes)
FAMILY(mean_i16, make_mean_i16)
FAMILY(mean_f32, make_f32)
FAMILY(sum_i8, make_sum_bytes)
FAMILY(sum_f32, make_f32)
FAMILY(reduce_max_i8, make_sum_bytes)
FAMILY(reduce_max_f32, make_f32)
FAMILY(reduce_min_i8, make_sum_bytes)
