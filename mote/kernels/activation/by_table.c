// Functions of one byte as 256 entries, which `pack` computes with the reference.
#include "mote/kernels/activation/activation.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/quantize/quantize.h"

enum { kEntries = 256, kUnitElements = 1 << 14 };

static int64_t packed_bytes(const void* params) {
  (void)params;
  return kEntries;
}

static int32_t units_of(int64_t count) {
  return (int32_t)((count + kUnitElements - 1) / kUnitElements);
}

static void look_up(const mote_kernel_args* args, int64_t count) {
  const uint8_t* table = args->packed;
  const uint8_t* x = args->inputs[0];
  uint8_t* y = args->outputs[0];
  const int64_t end = (int64_t)args->end * kUnitElements;
  for (int64_t i = (int64_t)args->begin * kUnitElements; i < (end < count ? end : count); ++i) {
    y[i] = table[x[i]];
  }
}

#define DEFINE_PARAMS(STEM, PARAMS)                      \
  static int32_t STEM##_units(const void* params) {      \
    return units_of(((const PARAMS*)params)->count);     \
  }                                                      \
  static void STEM##_run(const mote_kernel_args* args) { \
    look_up(args, ((const PARAMS*)args->params)->count); \
  }
DEFINE_PARAMS(unary, mote_unary_call_params)
DEFINE_PARAMS(hard_swish, mote_hard_swish_call_params)
DEFINE_PARAMS(requantize, mote_requantize_call_params)

// The entry of x lies at its bit pattern.
#define DEFINE_PACK(NAME, PARAMS, X, Y)                                                     \
  static void pack_##NAME(const void* params, const void* const* constants, void* packed) { \
    const PARAMS* p = params;                                                               \
    Y* table = packed;                                                                      \
    (void)constants;                                                                        \
    for (int32_t i = 0; i < kEntries; ++i) {                                                \
      const X x = (X)i;                                                                     \
      mote_##NAME##_reference(&p->function, 1, &x, table + i);                              \
    }                                                                                       \
  }
#define DEFINE_UNARY(NAME, T) DEFINE_PACK(NAME, mote_unary_call_params, T, T)
DEFINE_UNARY(relu_i8, int8_t)
DEFINE_UNARY(relu_u8, uint8_t)
DEFINE_UNARY(leaky_relu_i8, int8_t)
DEFINE_UNARY(leaky_relu_u8, uint8_t)
DEFINE_UNARY(logistic_i8, int8_t)
DEFINE_UNARY(logistic_u8, uint8_t)
DEFINE_UNARY(tanh_i8, int8_t)
DEFINE_UNARY(tanh_u8, uint8_t)
DEFINE_UNARY(abs_i8, int8_t)
DEFINE_UNARY(rsqrt_i8, int8_t)
DEFINE_PACK(hard_swish_i8, mote_hard_swish_call_params, int8_t, int8_t)
DEFINE_PACK(hard_swish_u8, mote_hard_swish_call_params, uint8_t, uint8_t)
DEFINE_PACK(requantize_i8_i8, mote_requantize_call_params, int8_t, int8_t)
DEFINE_PACK(requantize_i8_u8, mote_requantize_call_params, int8_t, uint8_t)
DEFINE_PACK(requantize_u8_i8, mote_requantize_call_params, uint8_t, int8_t)
DEFINE_PACK(requantize_u8_u8, mote_requantize_call_params, uint8_t, uint8_t)

#define ROW(NAME, STEM)                                                                    \
  {                                                                                        \
    .name = #NAME "_table", .family = #NAME, .isa = MOTE_ISA_PORTABLE,                     \
    .packed_bytes = packed_bytes, .pack = pack_##NAME, .units = STEM##_units,              \
    .overlap = mote_overlap_elementwise, MOTE_PRINTED("activation/by_table.c", STEM##_run) \
  }

const mote_kernel mote_kernels_activation_by_table[] = {ROW(relu_i8, unary),
                                                        ROW(relu_u8, unary),
                                                        ROW(leaky_relu_i8, unary),
                                                        ROW(leaky_relu_u8, unary),
                                                        ROW(logistic_i8, unary),
                                                        ROW(logistic_u8, unary),
                                                        ROW(tanh_i8, unary),
                                                        ROW(tanh_u8, unary),
                                                        ROW(abs_i8, unary),
                                                        ROW(rsqrt_i8, unary),
                                                        ROW(hard_swish_i8, hard_swish),
                                                        ROW(hard_swish_u8, hard_swish),
                                                        ROW(requantize_i8_i8, requantize),
                                                        ROW(requantize_i8_u8, requantize),
                                                        ROW(requantize_u8_i8, requantize),
                                                        ROW(requantize_u8_u8, requantize),
                                                        MOTE_KERNELS_END};
