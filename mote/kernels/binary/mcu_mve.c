// Addition of i8 on ARMv8.1-M with vectors, step by step as binary.h defines it, eight elements at
// a time.
#include "mote/kernels/simd/mcu_mve.h"

#include "mote/kernels/binary/add_plan.h"
#include "mote/kernels/binary/binary.h"
#include "mote/kernels/kernel.h"

static int is_scale(mote_multiplier m) { return m.shift <= 0 && m.shift >= -31; }

static const char* refuses(const void* params, const void* const* constants) {
  const mote_binary_params* p = params;
  if (p->left_shift != MOTE_ADD_SHIFT_I8) return "operands are not shifted by 20 bits";
  if (p->rounding == MOTE_ROUND_FLOAT) return "the output is rounded in float";
  if (!is_scale(p->a) || !is_scale(p->b) || !is_scale(p->y)) return "a scale is above 1";
  const int32_t zeros[] = {p->a_zero_point, p->b_zero_point, p->y_zero_point};
  for (int i = 0; i < 3; ++i) {
    if (zeros[i] < INT8_MIN || zeros[i] > INT8_MAX) return "a zero point is outside of i8";
  }
  return mote_add_refuses(params, constants);
}

// One multiplier as vectors take it.
typedef struct add_scale {
  mve_i32 multiplier, shift;
  int32_t rounds_down;  // the high product; the shift rounds
} add_scale;

static inline add_scale add_scale_of(mote_multiplier m, mote_rounding rounding) {
  const add_scale scale = {mve_all_i32(m.multiplier), mve_all_i32(m.shift),
                           rounding == MOTE_ROUND_SINGLE && m.shift < 0};
  return scale;
}

static inline mve_i32 add_scaled(const add_scale* s, mve_i32 v) {
  if (s->rounds_down) return mve_shift_rounded(mve_high(v, s->multiplier), s->shift);
  const mve_i32 high = mve_rounded_high(v, s->multiplier);
  return mve_shift_rounded(mve_ties_away(high, s->shift), s->shift);
}

static void run(const mote_kernel_args* args) {
  const mote_binary_params* p = args->params;
  const add_scale a = add_scale_of(p->a, p->rounding);
  const add_scale b = add_scale_of(p->b, p->rounding);
  const add_scale y = add_scale_of(p->y, p->rounding);
  const mve_i16 min = mve_all_i16(p->y_min);
  const mve_i16 max = mve_all_i16(p->y_max);
  const int8_t* u = args->inputs[0];
  const int8_t* v = args->inputs[1];
  int8_t* to = args->outputs[0];
  int32_t left = 1;
  for (int32_t d = 0; d < p->rank; ++d) left *= p->shape[d];
  for (; left > 0; left -= 8, u += 8, v += 8, to += 8) {
    const mve_i16 us = mve_times_16(mve_add_scalar_i16(mve_load_some(u, left), -p->a_zero_point));
    const mve_i16 vs = mve_times_16(mve_add_scalar_i16(mve_load_some(v, left), -p->b_zero_point));
    const mve_i32 even = add_scaled(
        &y, mve_add_i32(add_scaled(&a, mve_even_high(us)), add_scaled(&b, mve_even_high(vs))));
    const mve_i32 odd = add_scaled(
        &y, mve_add_i32(add_scaled(&a, mve_odd_high(us)), add_scaled(&b, mve_odd_high(vs))));
    const mve_i16 sum = mve_add_scalar_i16(mve_narrow(even, odd), p->y_zero_point);
    mve_store_some(to, mve_clamp_i16(sum, min, max), left);
  }
}

const mote_kernel mote_kernels_binary_mcu_mve[] = {{.name = "add_i8_mcu_mve",
                                                    .family = "add_i8",
                                                    .isa = MOTE_ISA_MCU_MVE,
                                                    .refuses = refuses,
                                                    .overlap = mote_overlap_elementwise,
                                                    MOTE_PRINTED("binary/mcu_mve.c", run)},
                                                   MOTE_KERNELS_END};
