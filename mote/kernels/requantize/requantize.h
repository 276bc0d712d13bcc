// Fixed-point arithmetic of quantized networks: the one definition that every integer kernel uses.
//
//   mote_multiplier m = mote_quantize_multiplier(x_scale * w_scale / y_scale);
//   int32_t y = mote_requantize_i32(accumulator, m, MOTE_ROUND_DOUBLE) + y_zero_point;
//
// A real factor r is held as r = multiplier * 2^(shift - 31) with multiplier in [2^30, 2^31), or 0.
// Sources: the public TFLite 8-bit quantization specification; Jacob et al. 2018 (arXiv
// 1712.05877), section 2.2 and appendix B. Exactness: every function here is exact, for all inputs
// in its range.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How an accumulator is scaled: the product is rounded to 32 bits and then again by the shift
/// (TensorFlow Lite Micro, CMSIS-NN, most of LiteRT), or once at the end, or it is formed in float
/// and rounded to the nearest, ties to even (ONNX Runtime). Code without MOTE_ROUND_FLOAT defines
/// MOTE_WITHOUT_ROUND_FLOAT, so that no float arithmetic gets into an integer network.
typedef enum mote_rounding {
  MOTE_ROUND_DOUBLE = 0,
  MOTE_ROUND_SINGLE = 1,
  MOTE_ROUND_FLOAT = 2
} mote_rounding;

/// multiplier * 2^(shift - 31).
typedef struct mote_multiplier {
  int32_t multiplier;
  int32_t shift;
} mote_multiplier;

/// From accumulator to stored value: scale, add the zero point, clamp to [min, max].
/// `multipliers` has one entry, or one per output channel where `per_channel` is not 0.
/// `channel_max`, where it is not NULL, replaces `max` channel by channel.
typedef struct mote_output_stage {
  const mote_multiplier* multipliers;
  const int32_t* channel_max;
  int32_t per_channel;
  int32_t zero_point;
  int32_t min;
  int32_t max;
  mote_rounding rounding;
} mote_output_stage;

/// The nearest fixed-point form of `real` >= 0; 0 below 2^-32. Ties go away from zero.
mote_multiplier mote_quantize_multiplier(double real);

static inline int32_t mote_clamp_i32(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : (x > high ? high : x);
}

static inline float mote_clamp_f32(float x, float low, float high) {
  return x < low ? low : (x > high ? high : x);
}

/// a * b / 2^31 rounded to nearest, ties up; the only overflow, (-1) * (-1), saturates.
static inline int32_t mote_saturating_rounding_doubling_high_mul(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  const int64_t product = (int64_t)a * (int64_t)b;
  const int64_t nudge = product >= 0 ? (int64_t)1 << 30 : 1 - ((int64_t)1 << 30);
  return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}

/// x / 2^exponent rounded to nearest, ties away from zero; exponent in [0, 31].
static inline int32_t mote_rounding_divide_by_pot(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)(((int64_t)1 << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/// a + b that wraps on overflow: only the scales of a senseless model get there.
static inline int32_t mote_wrapping_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

/// x * 2^exponent that wraps on overflow, as the two's complement machine does.
static inline int32_t mote_shift_left(int32_t x, int32_t exponent) {
  return (int32_t)((uint32_t)x << exponent);
}

/// x * 2^exponent, saturated.
static inline int32_t mote_saturating_shift_left(int32_t x, int32_t exponent) {
  const int64_t wide = (int64_t)x * ((int64_t)1 << exponent);
  return wide > INT32_MAX ? INT32_MAX : (wide < INT32_MIN ? INT32_MIN : (int32_t)wide);
}

/// The factor that `m` stands for; exact where it was a float. shift in [-31, 30].
static inline float mote_multiplier_f32(mote_multiplier m) {
  // 2^(shift - 31) by its exponent, which IEEE 754 stores with a bias of 127.
  const uint32_t bits = (uint32_t)(m.shift - 31 + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return (float)m.multiplier * power;
}

/// The nearest integer, ties to even; saturated at +-2^21, which is beyond every stored value.
static inline int32_t mote_round_to_even_f32(float x) {
  // Between 2^23 and 2^24 floats are 1 apart, so that adding 1.5 * 2^23 rounds.
  const float unit_steps = 12582912.0F;
  const float limit = 2097152.0F;
  const float rounded = mote_clamp_f32(x, -limit, limit) + unit_steps;
  return (int32_t)(rounded - unit_steps);
}

/// x * m, rounded as `rounding` says; shift in [-31, 30].
static inline int32_t mote_requantize_i32(int32_t x, mote_multiplier m, mote_rounding rounding) {
#ifndef MOTE_WITHOUT_ROUND_FLOAT
  if (rounding == MOTE_ROUND_FLOAT) {
    return mote_round_to_even_f32((float)x * mote_multiplier_f32(m));
  }
#endif
  if (rounding == MOTE_ROUND_SINGLE) {
    const int32_t total_shift = 31 - m.shift;
    const int64_t half = (int64_t)1 << (total_shift - 1);
    return (int32_t)(((int64_t)x * m.multiplier + half) >> total_shift);
  }
  const int32_t left = m.shift > 0 ? m.shift : 0;
  const int32_t right = m.shift > 0 ? 0 : -m.shift;
  return mote_rounding_divide_by_pot(
      mote_saturating_rounding_doubling_high_mul(mote_shift_left(x, left), m.multiplier), right);
}

static inline int64_t mote_clamp_i64(int64_t x, int64_t low, int64_t high) {
  return x < low ? low : (x > high ? high : x);
}

// The ranges in which 64-bit accumulators are defined; a senseless model saturates.
#define MOTE_ACCUMULATOR_BITS_SHORT 47
#define MOTE_ACCUMULATOR_BITS_SINGLE 55
#define MOTE_MAX_SHIFT_I64 7

/// x * m for 64-bit accumulators (int16 activations): the multiplier is cut to 15 bits, so that the
/// product fits 64 bits, and the result rounded once, ties up. |x| <= 2^47 and shift <= 7, else
/// saturated.
static inline int32_t mote_requantize_i64(int64_t x, mote_multiplier m) {
  const int32_t short_multiplier =
      m.multiplier < 0x7FFF0000 ? (m.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int64_t limit = (int64_t)1 << MOTE_ACCUMULATOR_BITS_SHORT;
  const int32_t total_shift = 15 - mote_clamp_i32(m.shift, -31, MOTE_MAX_SHIFT_I64);
  x = mote_clamp_i64(x, -limit, limit);
  return (int32_t)((x * short_multiplier + ((int64_t)1 << (total_shift - 1))) >> total_shift);
}

/// x * m for 64-bit accumulators with the whole multiplier, rounded once, ties up (LiteRT's fully
/// connected layers). |x| < 2^55 and shift <= 7, else saturated.
static inline int32_t mote_requantize_i64_single(int64_t x, mote_multiplier m) {
  const int64_t limit = ((int64_t)1 << MOTE_ACCUMULATOR_BITS_SINGLE) - 1;
  x = mote_clamp_i64(x, -limit, limit);
  // x * multiplier needs up to 86 bits: x = high * 2^24 + low, with low in [0, 2^24).
  const int64_t high = x >> 24;
  const int64_t low = x & 0xFFFFFF;
  const int32_t total_shift = 31 - mote_clamp_i32(m.shift, -31, MOTE_MAX_SHIFT_I64);
  const int64_t half = (int64_t)1 << (total_shift - 1);
  const int64_t sum = high * m.multiplier + ((low * m.multiplier + half) >> 24);
  return (int32_t)(sum >> (total_shift - 24));
}

static inline int32_t mote_output_clamp(const mote_output_stage* stage, int32_t scaled,
                                        int32_t channel) {
  const int32_t max = stage->channel_max != NULL ? stage->channel_max[channel] : stage->max;
  return mote_clamp_i32(mote_wrapping_add(scaled, stage->zero_point), stage->min, max);
}

/// The stored value of a 32-bit accumulator of output channel `channel`.
static inline int32_t mote_output_i32(const mote_output_stage* stage, int32_t accumulator,
                                      int32_t channel) {
  const mote_multiplier m = stage->multipliers[stage->per_channel ? channel : 0];
  return mote_output_clamp(stage, mote_requantize_i32(accumulator, m, stage->rounding), channel);
}

/// The stored value of a 64-bit accumulator of output channel `channel`.
static inline int32_t mote_output_i64(const mote_output_stage* stage, int64_t accumulator,
                                      int32_t channel) {
  const mote_multiplier m = stage->multipliers[stage->per_channel ? channel : 0];
  int32_t scaled = 0;
  switch (stage->rounding) {
    case MOTE_ROUND_DOUBLE:
      scaled = mote_requantize_i64(accumulator, m);
      break;
    case MOTE_ROUND_SINGLE:
      scaled = mote_requantize_i64_single(accumulator, m);
      break;
    case MOTE_ROUND_FLOAT:
#ifndef MOTE_WITHOUT_ROUND_FLOAT
      scaled = mote_round_to_even_f32((float)accumulator * mote_multiplier_f32(m));
#endif
      break;
  }
  return mote_output_clamp(stage, scaled, channel);
}

#ifdef __cplusplus
}
#endif
