#include "mote/kernels/binary/binary.h"
#include "mote/kernels/fixed_point/fixed_point.h"
#include "mote/kernels/reference_rows.h"

// A walk over the rows of the last axis.
typedef struct row_walk {
  int32_t index[MOTE_MAX_RANK];  // of the axes before the last
  int64_t a, b;                  // where the row starts in the operands
  int64_t count, a_step, b_step;
} row_walk;

static row_walk first_row(const mote_binary_params* p) {
  row_walk row = {{0}, 0, 0, 1, 0, 0};
  if (p->rank > 0) {
    row.count = p->shape[p->rank - 1];
    row.a_step = p->a_strides[p->rank - 1];
    row.b_step = p->b_strides[p->rank - 1];
  }
  return row;
}

// Advances the index like an odometer and both offsets with it; 0 after the last row.
static int next_row(const mote_binary_params* p, row_walk* row) {
  for (int32_t d = p->rank - 2; d >= 0; --d) {
    row->a += p->a_strides[d];
    row->b += p->b_strides[d];
    if (++row->index[d] < p->shape[d]) return 1;
    row->a -= p->a_strides[d] * p->shape[d];
    row->b -= p->b_strides[d] * p->shape[d];
    row->index[d] = 0;
  }
  return 0;
}

static int is_empty(const mote_binary_params* p) {
  for (int32_t d = 0; d < p->rank; ++d) {
    if (p->shape[d] == 0) return 1;
  }
  return 0;
}

#define DEFINE_BINARY(NAME, T, WIDE, Y, EXPRESSION)                                         \
  void mote_##NAME##_reference(const mote_binary_params* p, const T* a, const T* b, Y* y) { \
    if (is_empty(p)) return;                                                                \
    row_walk row = first_row(p);                                                            \
    do {                                                                                    \
      for (int64_t i = 0; i < row.count; ++i) {                                             \
        const WIDE u = (WIDE)a[row.a + i * row.a_step];                                     \
        const WIDE v = (WIDE)b[row.b + i * row.b_step];                                     \
        y[i] = (Y)(EXPRESSION);                                                             \
      }                                                                                     \
      y += row.count;                                                                       \
    } while (next_row(p, &row));                                                            \
  }

static float clamp_f32(const mote_binary_params* p, float v) {
  return v < p->y_min_f32 ? p->y_min_f32 : (v > p->y_max_f32 ? p->y_max_f32 : v);
}

static int32_t clamp(const mote_binary_params* p, int32_t v) {
  return mote_clamp_i32(v, p->y_min, p->y_max);
}

static int32_t scaled(int32_t v, int32_t zero_point, mote_multiplier m,
                      const mote_binary_params* p) {
  return mote_requantize_i32(mote_shift_left(v - zero_point, p->left_shift), m, p->rounding);
}

static int32_t finish(const mote_binary_params* p, int32_t v) {
  return clamp(p, mote_wrapping_add(mote_requantize_i32(v, p->y, p->rounding), p->y_zero_point));
}

static int32_t add(const mote_binary_params* p, int32_t u, int32_t v) {
  return finish(p, scaled(u, p->a_zero_point, p->a, p) + scaled(v, p->b_zero_point, p->b, p));
}

static int32_t sub(const mote_binary_params* p, int32_t u, int32_t v) {
  return finish(p, scaled(u, p->a_zero_point, p->a, p) - scaled(v, p->b_zero_point, p->b, p));
}

static int32_t mul(const mote_binary_params* p, int32_t u, int32_t v) {
  return finish(p, (u - p->a_zero_point) * (v - p->b_zero_point));
}

static int32_t squared_difference(const mote_binary_params* p, int32_t u, int32_t v) {
  const int32_t difference =
      scaled(u, p->a_zero_point, p->a, p) - scaled(v, p->b_zero_point, p->b, p);
  return finish(p, (int32_t)((uint32_t)difference * (uint32_t)difference));
}

static int32_t leading_sign_bits(int32_t x) {
  uint32_t bits = x < 0 ? ~(uint32_t)x : (uint32_t)x;
  int32_t count = 31;
  for (; bits != 0; bits >>= 1) --count;
  return count;
}

static int32_t divide(const mote_binary_params* p, int32_t u, int32_t v) {
  int32_t dividend = u - p->a_zero_point;
  int32_t divisor = v - p->b_zero_point;
  if (divisor == 0) return dividend < 0 ? p->y_min : p->y_max;
  if (divisor < 0) {
    dividend = -dividend;
    divisor = -divisor;
  }
  int32_t reciprocal_shift;
  const int32_t inverse = mote_fixed_reciprocal(divisor, 31, &reciprocal_shift);
  const int32_t headroom = leading_sign_bits(dividend);
  const int32_t quotient =
      mote_saturating_rounding_doubling_high_mul(mote_shift_left(dividend, headroom), inverse);
  const mote_multiplier m = {p->y.multiplier, p->y.shift - reciprocal_shift - headroom};
  const int32_t high = mote_saturating_rounding_doubling_high_mul(quotient, m.multiplier);
  const int32_t value = m.shift < -31 ? 0
                        : m.shift > 0 ? mote_saturating_shift_left(high, m.shift)
                                      : mote_rounding_divide_by_pot(high, -m.shift);
  return clamp(p, mote_wrapping_add(mote_saturating_shift_left(value, 0), p->y_zero_point));
}

static int32_t prelu(const mote_binary_params* p, int32_t u, int32_t v) {
  const int32_t x = u - p->a_zero_point;
  const int32_t value = x >= 0 ? mote_requantize_i32(x, p->a, p->rounding)
                               : mote_requantize_i32(x * (v - p->b_zero_point), p->b, p->rounding);
  return clamp(p, mote_wrapping_add(value, p->y_zero_point));
}

DEFINE_BINARY(add_f32, float, float, float, clamp_f32(p, u + v))
DEFINE_BINARY(add_i8, int8_t, int32_t, int8_t, add(p, u, v))
DEFINE_BINARY(add_i16, int16_t, int32_t, int16_t, add(p, u, v))
DEFINE_BINARY(add_u8, uint8_t, int32_t, uint8_t, add(p, u, v))
DEFINE_BINARY(sub_f32, float, float, float, clamp_f32(p, u - v))
DEFINE_BINARY(sub_i8, int8_t, int32_t, int8_t, sub(p, u, v))
DEFINE_BINARY(sub_i16, int16_t, int32_t, int16_t, sub(p, u, v))
DEFINE_BINARY(sub_u8, uint8_t, int32_t, uint8_t, sub(p, u, v))
DEFINE_BINARY(mul_f32, float, float, float, clamp_f32(p, u* v))
DEFINE_BINARY(mul_i8, int8_t, int32_t, int8_t, mul(p, u, v))
DEFINE_BINARY(mul_i16, int16_t, int32_t, int16_t, mul(p, u, v))
DEFINE_BINARY(mul_u8, uint8_t, int32_t, uint8_t, mul(p, u, v))
DEFINE_BINARY(div_f32, float, float, float, clamp_f32(p, u / v))
DEFINE_BINARY(div_i8, int8_t, int32_t, int8_t, divide(p, u, v))
DEFINE_BINARY(div_u8, uint8_t, int32_t, uint8_t, divide(p, u, v))
DEFINE_BINARY(squared_difference_f32, float, float, float, (u - v) * (u - v))
DEFINE_BINARY(squared_difference_i8, int8_t, int32_t, int8_t, squared_difference(p, u, v))
DEFINE_BINARY(squared_difference_i16, int16_t, int32_t, int16_t, squared_difference(p, u, v))
DEFINE_BINARY(prelu_f32, float, float, float, u >= 0.0F ? u : u * v)
DEFINE_BINARY(prelu_i8, int8_t, int32_t, int8_t, prelu(p, u, v))
DEFINE_BINARY(prelu_u8, uint8_t, int32_t, uint8_t, prelu(p, u, v))
DEFINE_BINARY(minimum_f32, float, float, float, u < v ? u : v)
DEFINE_BINARY(minimum_i8, int8_t, int8_t, int8_t, u < v ? u : v)
DEFINE_BINARY(minimum_i16, int16_t, int16_t, int16_t, u < v ? u : v)
DEFINE_BINARY(minimum_u8, uint8_t, uint8_t, uint8_t, u < v ? u : v)
DEFINE_BINARY(minimum_i32, int32_t, int32_t, int32_t, u < v ? u : v)
DEFINE_BINARY(maximum_f32, float, float, float, u > v ? u : v)
DEFINE_BINARY(maximum_i8, int8_t, int8_t, int8_t, u > v ? u : v)
DEFINE_BINARY(maximum_i16, int16_t, int16_t, int16_t, u > v ? u : v)
DEFINE_BINARY(maximum_u8, uint8_t, uint8_t, uint8_t, u > v ? u : v)
DEFINE_BINARY(maximum_i32, int32_t, int32_t, int32_t, u > v ? u : v)

#define DEFINE_COMPARE(NAME, OPERATOR)          \
  DEFINE_BINARY(NAME, int8_t, int32_t, uint8_t, \
                scaled(u, p->a_zero_point, p->a, p) OPERATOR scaled(v, p->b_zero_point, p->b, p))
DEFINE_COMPARE(equal_i8, ==)
DEFINE_COMPARE(not_equal_i8, !=)
DEFINE_COMPARE(greater_i8, >)
DEFINE_COMPARE(greater_equal_i8, >=)
DEFINE_COMPARE(less_i8, <)
DEFINE_COMPARE(less_equal_i8, <=)

// In place of an operand that is read once, in order.
static int64_t overlap(const void* params, int32_t input) {
  const mote_binary_params* p = params;
  const int64_t* strides = input == 0 ? p->a_strides : p->b_strides;
  int64_t dense = 1;
  for (int32_t d = p->rank - 1; d >= 0; --d) {
    if (p->shape[d] != 1 && strides[d] != dense) return MOTE_NO_OVERLAP;
    dense *= p->shape[d];
  }
  return 0;
}

MOTE_RUN_BINARY(run_add_f32, mote_add_f32_reference)
MOTE_RUN_BINARY(run_add_i8, mote_add_i8_reference)
MOTE_RUN_BINARY(run_add_i16, mote_add_i16_reference)
MOTE_RUN_BINARY(run_add_u8, mote_add_u8_reference)
MOTE_RUN_BINARY(run_sub_f32, mote_sub_f32_reference)
MOTE_RUN_BINARY(run_sub_i8, mote_sub_i8_reference)
MOTE_RUN_BINARY(run_sub_i16, mote_sub_i16_reference)
MOTE_RUN_BINARY(run_sub_u8, mote_sub_u8_reference)
MOTE_RUN_BINARY(run_mul_f32, mote_mul_f32_reference)
MOTE_RUN_BINARY(run_mul_i8, mote_mul_i8_reference)
MOTE_RUN_BINARY(run_mul_i16, mote_mul_i16_reference)
MOTE_RUN_BINARY(run_mul_u8, mote_mul_u8_reference)
MOTE_RUN_BINARY(run_div_f32, mote_div_f32_reference)
MOTE_RUN_BINARY(run_div_i8, mote_div_i8_reference)
MOTE_RUN_BINARY(run_div_u8, mote_div_u8_reference)
MOTE_RUN_BINARY(run_squared_difference_f32, mote_squared_difference_f32_reference)
MOTE_RUN_BINARY(run_squared_difference_i8, mote_squared_difference_i8_reference)
MOTE_RUN_BINARY(run_squared_difference_i16, mote_squared_difference_i16_reference)
MOTE_RUN_BINARY(run_prelu_f32, mote_prelu_f32_reference)
MOTE_RUN_BINARY(run_prelu_i8, mote_prelu_i8_reference)
MOTE_RUN_BINARY(run_prelu_u8, mote_prelu_u8_reference)
MOTE_RUN_BINARY(run_minimum_f32, mote_minimum_f32_reference)
MOTE_RUN_BINARY(run_minimum_i8, mote_minimum_i8_reference)
MOTE_RUN_BINARY(run_minimum_i16, mote_minimum_i16_reference)
MOTE_RUN_BINARY(run_minimum_u8, mote_minimum_u8_reference)
MOTE_RUN_BINARY(run_minimum_i32, mote_minimum_i32_reference)
MOTE_RUN_BINARY(run_maximum_f32, mote_maximum_f32_reference)
MOTE_RUN_BINARY(run_maximum_i8, mote_maximum_i8_reference)
MOTE_RUN_BINARY(run_maximum_i16, mote_maximum_i16_reference)
MOTE_RUN_BINARY(run_maximum_u8, mote_maximum_u8_reference)
MOTE_RUN_BINARY(run_maximum_i32, mote_maximum_i32_reference)
MOTE_RUN_BINARY(run_equal_i8, mote_equal_i8_reference)
MOTE_RUN_BINARY(run_not_equal_i8, mote_not_equal_i8_reference)
MOTE_RUN_BINARY(run_greater_i8, mote_greater_i8_reference)
MOTE_RUN_BINARY(run_greater_equal_i8, mote_greater_equal_i8_reference)
MOTE_RUN_BINARY(run_less_i8, mote_less_i8_reference)
MOTE_RUN_BINARY(run_less_equal_i8, mote_less_equal_i8_reference)

const mote_kernel mote_kernels_binary_reference[] = {
    {.name = "add_f32_reference",
     .family = "add_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_add_f32),
     .params_layout = &mote_binary_layout},
    {.name = "add_i8_reference",
     .family = "add_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_add_i8),
     .params_layout = &mote_binary_layout},
    {.name = "add_i16_reference",
     .family = "add_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_add_i16),
     .params_layout = &mote_binary_layout},
    {.name = "add_u8_reference",
     .family = "add_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_add_u8),
     .params_layout = &mote_binary_layout},
    {.name = "sub_f32_reference",
     .family = "sub_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_sub_f32),
     .params_layout = &mote_binary_layout},
    {.name = "sub_i8_reference",
     .family = "sub_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_sub_i8),
     .params_layout = &mote_binary_layout},
    {.name = "sub_i16_reference",
     .family = "sub_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_sub_i16),
     .params_layout = &mote_binary_layout},
    {.name = "sub_u8_reference",
     .family = "sub_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_sub_u8),
     .params_layout = &mote_binary_layout},
    {.name = "mul_f32_reference",
     .family = "mul_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_mul_f32),
     .params_layout = &mote_binary_layout},
    {.name = "mul_i8_reference",
     .family = "mul_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_mul_i8),
     .params_layout = &mote_binary_layout},
    {.name = "mul_i16_reference",
     .family = "mul_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_mul_i16),
     .params_layout = &mote_binary_layout},
    {.name = "mul_u8_reference",
     .family = "mul_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_mul_u8),
     .params_layout = &mote_binary_layout},
    {.name = "div_f32_reference",
     .family = "div_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_div_f32),
     .params_layout = &mote_binary_layout},
    {.name = "div_i8_reference",
     .family = "div_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_div_i8),
     .params_layout = &mote_binary_layout},
    {.name = "div_u8_reference",
     .family = "div_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_div_u8),
     .params_layout = &mote_binary_layout},
    {.name = "squared_difference_f32_reference",
     .family = "squared_difference_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_squared_difference_f32),
     .params_layout = &mote_binary_layout},
    {.name = "squared_difference_i8_reference",
     .family = "squared_difference_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_squared_difference_i8),
     .params_layout = &mote_binary_layout},
    {.name = "squared_difference_i16_reference",
     .family = "squared_difference_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_squared_difference_i16),
     .params_layout = &mote_binary_layout},
    {.name = "prelu_f32_reference",
     .family = "prelu_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_prelu_f32),
     .params_layout = &mote_binary_layout},
    {.name = "prelu_i8_reference",
     .family = "prelu_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_prelu_i8),
     .params_layout = &mote_binary_layout},
    {.name = "prelu_u8_reference",
     .family = "prelu_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_prelu_u8),
     .params_layout = &mote_binary_layout},
    {.name = "minimum_f32_reference",
     .family = "minimum_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_minimum_f32),
     .params_layout = &mote_binary_layout},
    {.name = "minimum_i8_reference",
     .family = "minimum_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_minimum_i8),
     .params_layout = &mote_binary_layout},
    {.name = "minimum_i16_reference",
     .family = "minimum_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_minimum_i16),
     .params_layout = &mote_binary_layout},
    {.name = "minimum_u8_reference",
     .family = "minimum_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_minimum_u8),
     .params_layout = &mote_binary_layout},
    {.name = "minimum_i32_reference",
     .family = "minimum_i32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_minimum_i32),
     .params_layout = &mote_binary_layout},
    {.name = "maximum_f32_reference",
     .family = "maximum_f32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_maximum_f32),
     .params_layout = &mote_binary_layout},
    {.name = "maximum_i8_reference",
     .family = "maximum_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_maximum_i8),
     .params_layout = &mote_binary_layout},
    {.name = "maximum_i16_reference",
     .family = "maximum_i16",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_maximum_i16),
     .params_layout = &mote_binary_layout},
    {.name = "maximum_u8_reference",
     .family = "maximum_u8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_maximum_u8),
     .params_layout = &mote_binary_layout},
    {.name = "maximum_i32_reference",
     .family = "maximum_i32",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_maximum_i32),
     .params_layout = &mote_binary_layout},
    {.name = "equal_i8_reference",
     .family = "equal_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_equal_i8),
     .params_layout = &mote_binary_layout},
    {.name = "not_equal_i8_reference",
     .family = "not_equal_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_not_equal_i8),
     .params_layout = &mote_binary_layout},
    {.name = "greater_i8_reference",
     .family = "greater_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_greater_i8),
     .params_layout = &mote_binary_layout},
    {.name = "greater_equal_i8_reference",
     .family = "greater_equal_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_greater_equal_i8),
     .params_layout = &mote_binary_layout},
    {.name = "less_i8_reference",
     .family = "less_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_less_i8),
     .params_layout = &mote_binary_layout},
    {.name = "less_equal_i8_reference",
     .family = "less_equal_i8",
     .overlap = overlap,
     MOTE_PRINTED("binary/reference.c", run_less_equal_i8),
     .params_layout = &mote_binary_layout},
    MOTE_KERNELS_END};
