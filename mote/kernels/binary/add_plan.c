#include "mote/kernels/binary/add_plan.h"

#include <math.h>

#include "mote/kernels/kernel.h"

enum {
  kFactorBits = 29,  // so that both parts fit i16
  kMaxShift = 22,    // the zero point times 2^shift must fit 32 bits beside the sum
  kNudgeBits = 12,   // 2^12 of the 2^29 that one step of the output is
};

int64_t mote_binary_elements(const mote_binary_params* p) {
  int64_t count = 1;
  for (int32_t d = 0; d < p->rank; ++d) count *= p->shape[d];
  return count;
}

const char* mote_add_refuses(const void* params, const void* const* constants) {
  const mote_binary_params* p = params;
  int64_t step = 1;
  (void)constants;
  for (int32_t d = p->rank - 1; d >= 0; --d) {
    if (p->shape[d] > 1 && (p->a_strides[d] != step || p->b_strides[d] != step)) {
      return "an operand is broadcast";
    }
    step *= p->shape[d];
  }
  if (p->y_min < INT8_MIN || p->y_max > INT8_MAX) return "the output's limits are outside of i8";
  return NULL;
}

int64_t mote_add_plan_bytes(const void* params) {
  (void)params;
  return (int64_t)sizeof(mote_add_plan);
}

int32_t mote_add_units(const void* params) {
  const int64_t count = mote_binary_elements(params);
  return (int32_t)((count + MOTE_ADD_UNIT_ELEMENTS - 1) / MOTE_ADD_UNIT_ELEMENTS);
}

static int32_t by_products(const mote_add_plan* plan, int32_t u, int32_t v) {
  const int32_t high = u * plan->a_high + v * plan->b_high + plan->high;
  const int32_t low = u * plan->a_low + v * plan->b_low + plan->low;
  const int32_t t = high + (low >> MOTE_ADD_LOW_BITS);
  const int32_t y = (t + plan->bias + (plan->ties_away ? t >> 31 : 0)) >> plan->shift;
  return mote_clamp_i32(y, plan->min, plan->max);
}

static int holds_for_all(const mote_add_plan* plan) {
  for (int32_t u = INT8_MIN; u <= INT8_MAX; ++u) {
    for (int32_t v = INT8_MIN; v <= INT8_MAX; ++v) {
      if (by_products(plan, u, v) != mote_add_by_tables(plan, (int8_t)u, (int8_t)v)) return 0;
    }
  }
  return 1;
}

static double real_of(mote_multiplier m) { return ldexp((double)m.multiplier, m.shift - 31); }

// The reference's roundings of operands move a sum that is all but a tie across it, for one pair in
// ten thousands: a small constant moves it too. 0, 1, -1, 2, -2, 4, -4, ...
static int64_t nudge(int32_t attempt) {
  if (attempt == 0) return 0;
  const int64_t size = (int64_t)1 << ((attempt - 1) / 2);
  return attempt % 2 == 1 ? size : -size;
}

// Fills in the products; whether they hold.
static int find_products(const mote_binary_params* p, double b_sign, mote_add_plan* plan) {
  const double scale = real_of(p->y) * ldexp(1.0, p->left_shift);
  const double a = real_of(p->a) * scale;
  const double b = b_sign * real_of(p->b) * scale;
  int exponent = 0;
  frexp(fmax(a, fabs(b)), &exponent);
  const int bits = kFactorBits - exponent;  // 2^bits times either has at most kFactorBits bits
  const int limit = kMaxShift + MOTE_ADD_LOW_BITS;
  const int scaled_by = bits < limit ? bits : limit;
  plan->shift = scaled_by - MOTE_ADD_LOW_BITS;
  if (plan->shift < 1) return 0;
  int64_t a_factor = llround(ldexp(a, scaled_by));
  int64_t b_factor = llround(ldexp(b, scaled_by));
  const int64_t largest = ((int64_t)1 << kFactorBits) - 1;  // rounding up may reach the power
  a_factor = mote_clamp_i64(a_factor, -largest, largest);
  b_factor = mote_clamp_i64(b_factor, -largest, largest);
  const int64_t exact = -p->a_zero_point * a_factor - p->b_zero_point * b_factor;
  const int32_t mask = (1 << MOTE_ADD_LOW_BITS) - 1;
  plan->a_high = (int32_t)(a_factor >> MOTE_ADD_LOW_BITS);
  plan->a_low = (int32_t)a_factor & mask;
  plan->b_high = (int32_t)(b_factor >> MOTE_ADD_LOW_BITS);
  plan->b_low = (int32_t)b_factor & mask;
  plan->bias = (1 << (plan->shift - 1)) + p->y_zero_point * (1 << plan->shift);
  for (int32_t attempt = 0; attempt <= 2 * kNudgeBits; ++attempt) {
    const int64_t offset = exact + nudge(attempt);
    plan->high = (int32_t)(offset >> MOTE_ADD_LOW_BITS);
    plan->low = (int32_t)(offset & mask);
    for (plan->ties_away = 1; plan->ties_away >= 0; --plan->ties_away) {
      if (holds_for_all(plan)) return 1;
    }
  }
  return 0;
}

static int32_t scaled(int32_t x, int32_t zero_point, mote_multiplier m,
                      const mote_binary_params* p) {
  return mote_requantize_i32(mote_shift_left(x - zero_point, p->left_shift), m, p->rounding);
}

static void make_plan(const mote_binary_params* p, int32_t b_sign, mote_add_plan* plan) {
  *plan = (mote_add_plan){.min = p->y_min,
                          .max = p->y_max,
                          .y = p->y,
                          .rounding = p->rounding,
                          .y_zero_point = p->y_zero_point};
  for (int32_t i = 0; i < 256; ++i) {
    plan->a[i] = scaled((int8_t)i, p->a_zero_point, p->a, p);
    const uint32_t b = (uint32_t)scaled((int8_t)i, p->b_zero_point, p->b, p);
    plan->b[i] = (int32_t)(b_sign < 0 ? 0 - b : b);
  }
  const int is_usual = p->y_zero_point >= INT8_MIN && p->y_zero_point <= INT8_MAX &&
                       p->a_zero_point >= INT8_MIN && p->a_zero_point <= INT8_MAX &&
                       p->b_zero_point >= INT8_MIN && p->b_zero_point <= INT8_MAX;
  plan->by_products = is_usual && find_products(p, b_sign, plan);
}

void mote_add_plan_pack(const void* params, const void* const* constants, void* packed) {
  (void)constants;
  make_plan(params, 1, packed);
}

void mote_sub_plan_pack(const void* params, const void* const* constants, void* packed) {
  (void)constants;
  make_plan(params, -1, packed);
}
