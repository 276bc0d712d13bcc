// Addition of i8 without 64-bit products: both operands as i16, times multipliers of 29 bits in two
// parts of 15, so that two products of pairs and a few shifts give the result.
//
//   t = u a_high + v b_high + high + ((u a_low + v b_low + low) >> 15)
//   y = clamp((t + bias + (ties_away ? t >> 31 : 0)) >> shift)
//
// The reference rounds each operand, and the sum twice; whether this gives the same for all 65,536
// pairs of operands is tried when the plan is made. If not, which is rare, the sums of
// the scaled operands, which are tables, are scaled one by one.
#pragma once

#include "mote/kernels/binary/binary.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_add_plan {
  int32_t by_products;  // whether the formula above holds
  int32_t a_high, b_high, a_low, b_low, high, low, bias, shift, ties_away;
  int32_t min, max;
  mote_multiplier y;
  mote_rounding rounding;
  int32_t y_zero_point;
  int32_t a[256], b[256];  // the scaled operand of each bit pattern
} mote_add_plan;

enum { MOTE_ADD_UNIT_ELEMENTS = 1 << 13, MOTE_ADD_LOW_BITS = 15 };

/// Why the plan does not apply: operands that are broadcast; NULL where it does.
const char* mote_add_refuses(const void* params, const void* const* constants);
int64_t mote_add_plan_bytes(const void* params);
void mote_add_plan_pack(const void* params, const void* const* constants, void* packed);
/// The same for a - b.
void mote_sub_plan_pack(const void* params, const void* const* constants, void* packed);
int32_t mote_add_units(const void* params);
/// How many elements the call has.
int64_t mote_binary_elements(const mote_binary_params* p);

/// The result without `by_products`.
static inline int8_t mote_add_by_tables(const mote_add_plan* plan, int8_t u, int8_t v) {
  const int32_t sum = mote_wrapping_add(plan->a[(uint8_t)u], plan->b[(uint8_t)v]);
  const int32_t scaled = mote_requantize_i32(sum, plan->y, plan->rounding);
  return (int8_t)mote_clamp_i32(mote_wrapping_add(scaled, plan->y_zero_point), plan->min,
                                plan->max);
}

#ifdef __cplusplus
}
#endif
