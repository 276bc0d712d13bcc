// Functions of real numbers computed with 32-bit integers, for tables and normalisations.
//
//   int32_t e = mote_fixed_exp_of_negative(x, 5);  // x in Q5.26 and <= 0, e in Q0.31
//
// Qk.f is an int32 raw value that stands for raw * 2^-f, with f = 31 - k. Products are saturating
// rounding doubling high multiplications, so that Qa times Qb is Q(a+b). The polynomials, the
// Newton steps and their order are those of gemmlowp's public fixedpoint library, because integer
// networks are defined by its results. Exactness: every function equals that library's, bit for
// bit.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/// exp(x), x <= 0 in Q(integer_bits), result in Q0; integer_bits in [0, 5].
int32_t mote_fixed_exp_of_negative(int32_t x, int32_t integer_bits);

/// 1 / (1 + x), x in [0, 1] in Q0, result in Q0.
int32_t mote_fixed_one_over_one_plus(int32_t x);

/// 1 / (1 + exp(-x)), x in Q(integer_bits), result in Q0.
int32_t mote_fixed_logistic(int32_t x, int32_t integer_bits);

/// tanh(x), x in Q(integer_bits) with integer_bits <= 4, result in Q0.
int32_t mote_fixed_tanh(int32_t x, int32_t integer_bits);

/// log(x), x >= 1 in Q(integer_bits), result in Q(output_bits).
int32_t mote_fixed_log(int32_t x, int32_t integer_bits, int32_t output_bits);

/// 1 / x for x > 0 with `integer_bits` integer bits: returns r in Q0 in [1/2, 1], and in
/// *bits_over_unit the shift with 1 / x = r * 2^-bits_over_unit.
int32_t mote_fixed_reciprocal(int32_t x, int32_t integer_bits, int32_t* bits_over_unit);

/// 1 / sqrt(x) for the integer x >= 0 (0 counts as 1), as multiplier and shift.
mote_multiplier mote_fixed_inverse_sqrt(int32_t x);

/// The largest |x| (in steps of the input) that a Q(integer_bits) value holds after its scaling by
/// 2^left_shift, with `total_signed_bits` value bits in all.
int32_t mote_fixed_input_radius(int32_t integer_bits, int32_t left_shift,
                                int32_t total_signed_bits);

#ifdef __cplusplus
}
#endif
