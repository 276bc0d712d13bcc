#include <math.h>

#include "mote/kernels/fixed_point/fixed_point.h"

// Constants in Q0 unless named otherwise.
enum {
  kOne = INT32_MAX,
  kExpMinusEighth = 1895147668,  // exp(-1/8)
  kOneThird = 715827883,         // 1/3
  kHalfSqrt2 = 1518500250,       // sqrt(1/2)
  kLog2 = 1488522236,            // log(2)
  kFourthRootHalf = 1805811301,  // (1/2)^(1/4)
  kQ2One = 1 << 29,
  kQ2FortyEightOver17 = 1515870810,
  kQ2MinusThirtyTwoOver17 = -1010580540,
};

static int32_t mul(int32_t a, int32_t b) {
  return mote_saturating_rounding_doubling_high_mul(a, b);
}

static int32_t wrapping_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static int32_t wrapping_sub(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }

static int32_t saturate(int64_t x) {
  return x > INT32_MAX ? INT32_MAX : (x < INT32_MIN ? INT32_MIN : (int32_t)x);
}

// x * 2^exponent; to the left saturating, to the right rounding.
static int32_t shift(int32_t x, int32_t exponent) {
  if (exponent > 0) return mote_saturating_shift_left(x, exponent);
  return exponent < 0 ? mote_rounding_divide_by_pot(x, -exponent) : x;
}

static int32_t rounding_half_sum(int32_t a, int32_t b) {
  const int64_t sum = (int64_t)a + b;
  return (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
}

static int32_t leading_zeros(uint32_t x) {
  int32_t count = 0;
  while (count < 32 && (x & (UINT32_C(1) << (31 - count))) == 0) ++count;
  return count;
}

// exp(x) for x in [-1/4, 0), by the Taylor polynomial of degree 4 around -1/8.
static int32_t exp_of_quarter(int32_t x) {
  const int32_t t = x + (1 << 28);
  const int32_t t2 = mul(t, t);
  const int32_t t3 = mul(t2, t);
  const int32_t t4_over_4 = shift(mul(t2, t2), -2);
  const int32_t tail = shift(mul(t4_over_4 + t3, kOneThird) + t2, -1);
  return kExpMinusEighth + mul(kExpMinusEighth, t + tail);
}

int32_t mote_fixed_exp_of_negative(int32_t x, int32_t integer_bits) {
  // exp(-2^k) for k = -2 ... 4.
  static const int32_t kPowers[7] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};
  const int32_t fraction_bits = 31 - integer_bits;
  const int32_t quarter = (int32_t)(UINT32_C(1) << (fraction_bits - 2));
  if (x == 0) return kOne;
  const int32_t below = (x & (quarter - 1)) - quarter;
  int32_t result = exp_of_quarter(shift(below, integer_bits));
  const int32_t remainder = wrapping_sub(below, x);
  for (int32_t k = -2; k <= 4; ++k) {
    if (integer_bits <= k) break;
    if ((remainder & (int32_t)(UINT32_C(1) << (fraction_bits + k))) != 0) {
      result = mul(result, kPowers[k + 2]);
    }
  }
  return result;
}

// 2 / (1 + x) in Q2 for x in [0, 1]: three Newton steps for the reciprocal of (1 + x) / 2.
static int32_t two_over_one_plus(int32_t x) {
  const int32_t half_denominator = rounding_half_sum(x, kOne);
  int32_t r = kQ2FortyEightOver17 + mul(half_denominator, kQ2MinusThirtyTwoOver17);
  for (int step = 0; step < 3; ++step) {
    const int32_t error = kQ2One - mul(half_denominator, r);
    r = wrapping_add(r, shift(mul(r, error), 2));
  }
  return r;
}

int32_t mote_fixed_one_over_one_plus(int32_t x) { return shift(two_over_one_plus(x), 1); }

int32_t mote_fixed_logistic(int32_t x, int32_t integer_bits) {
  if (x == 0) return 1 << 30;
  const int32_t minus_magnitude = x > 0 ? -x : x;
  const int32_t positive =
      mote_fixed_one_over_one_plus(mote_fixed_exp_of_negative(minus_magnitude, integer_bits));
  return x > 0 ? positive : kOne - positive;
}

int32_t mote_fixed_tanh(int32_t x, int32_t integer_bits) {
  if (x == 0) return 0;
  const int32_t minus_magnitude = x > 0 ? -x : x;
  // exp(2x): the same raw value with one more integer bit.
  const int32_t e = mote_fixed_exp_of_negative(minus_magnitude, integer_bits + 1);
  const int32_t result = shift(two_over_one_plus(e) - kQ2One, 2);
  return x > 0 ? result : -result;
}

int32_t mote_fixed_reciprocal(int32_t x, int32_t integer_bits, int32_t* bits_over_unit) {
  const int32_t zeros = leading_zeros((uint32_t)x);
  *bits_over_unit = integer_bits - zeros;
  return mote_fixed_one_over_one_plus((int32_t)(((uint32_t)x << zeros) - (UINT32_C(1) << 31)));
}

int32_t mote_fixed_log(int32_t x, int32_t integer_bits, int32_t output_bits) {
  enum { kAlphaN = 117049297, kAlphaD = 127690142, kAlphaI = 1057819769, kAlphaF = 638450708 };
  // One more integer bit than the result, so that the sum below does not saturate.
  const int32_t bits = output_bits + 1;
  const int32_t quarter = shift(1 << 29, -bits);

  // x = r * 2^p in two ways, with and without a factor sqrt(1/2); the smaller r is used.
  const int32_t zeros_a = leading_zeros((uint32_t)x);
  const int32_t r_a = shift(mul(shift(x, zeros_a - 1), kHalfSqrt2), 1);
  const int32_t p_a = saturate((int64_t)shift(integer_bits - zeros_a, 31 - bits) + quarter);
  const int32_t zeros_b = leading_zeros((uint32_t)mul(x, kHalfSqrt2)) - 1;
  const int32_t r_b = shift(x, zeros_b);
  const int32_t p_b = saturate((int64_t)shift(integer_bits - zeros_b, 31 - bits) - quarter);
  const int32_t r = r_a < r_b ? r_a : r_b;
  const int32_t power = p_a > p_b ? p_a : p_b;

  // log(r) by a rational approximation around (1/2)^(1/4).
  const int32_t p = rounding_half_sum(r, kFourthRootHalf);
  const int32_t q =
      wrapping_add(wrapping_sub(r, kFourthRootHalf), wrapping_sub(r, kFourthRootHalf));
  const int32_t q2 = mul(q, q);
  const int32_t numerator = wrapping_add(mul(q, r), mul(mul(q, q2), kAlphaN));
  const int32_t denominator = wrapping_add(
      mul(p, wrapping_add(wrapping_add(kAlphaI, q), mul(kAlphaD, q2))), mul(kAlphaF, q));
  const int32_t log_r = mul(shift(numerator, -bits), mote_fixed_one_over_one_plus(denominator));
  return shift(wrapping_add(mul(power, kLog2), log_r), bits - output_bits);
}

mote_multiplier mote_fixed_inverse_sqrt(int32_t x) {
  mote_multiplier result = {INT32_MAX, 0};
  if (x <= 1) return result;
  int32_t right_shift = 11;
  while (x >= 1 << 29) {
    x /= 4;
    ++right_shift;
  }
  const int32_t pairs = (leading_zeros((uint32_t)x) - 1) / 2 - 1;
  right_shift -= pairs;
  x <<= 2 * pairs;
  // Newton-Raphson in Q3 from the guess 1.
  const int32_t half_input = mote_rounding_divide_by_pot(x >> 1, 1);
  const int32_t half_three = (1 << 28) + (1 << 27);
  int32_t r = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    const int32_t r3 = shift(mul(mul(r, r), r), 6);
    r = shift(wrapping_sub(mul(half_three, r), mul(half_input, r3)), 3);
  }
  result.multiplier = mul(r, kHalfSqrt2);
  if (right_shift < 0) {
    result.multiplier = mote_shift_left(result.multiplier, -right_shift);
    right_shift = 0;
  }
  result.shift = -right_shift;
  return result;
}

int32_t mote_fixed_input_radius(int32_t integer_bits, int32_t left_shift,
                                int32_t total_signed_bits) {
  const double largest = ((1 << integer_bits) - 1) * ldexp(1.0, total_signed_bits - integer_bits) /
                         ldexp(1.0, left_shift);
  return (int32_t)floor(largest);
}
