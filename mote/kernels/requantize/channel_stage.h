// The output stage of i8 layers on small processors: two words for each channel, and results in
// seven instructions where the processor has the upper half of a product (simd/mcu_dsp.h).
//
//   mote_channel_stage s = mote_channel_stage_of(&p->output, bias[o], o, terms);
//   y = mote_channel_stage_i8(s, 2 * sum + mote_twice_bias(s), 2 * zero_point + 1);
//
// With e the right shift of the multiplier and h = (2 (sum + bias) m + 2^31) >> 32, which is the
// doubling high product of the reference,
//
//   y = (((h + (h >> 31)) >> (e - 1)) + 2 zero_point + 1) >> 1
//
// is its division by 2^e with ties away from zero, zero point added. Where the reference rounds
// once, h is rounded down and h >> 31 is left out. Exactness: all bytes of the reference, where
// mote_channel_stage_refuses has no objection.
#pragma once

#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/simd/mcu_dsp.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_channel_stage {
  int32_t bias_and_shift;  // bias * 256 + e - 1
  int32_t multiplier;
} mote_channel_stage;

/// The next stage; `at` moves on.
static inline mote_channel_stage mote_next_stage(const uint32_t** at) {
  const mote_words words = mote_next_words(at);
  const mote_channel_stage stage = {(int32_t)words.first, (int32_t)words.second};
  return stage;
}

/// Twice the bias, which the low byte's highest bit, always 0, leaves even.
static inline int32_t mote_twice_bias(int32_t bias_and_shift) { return bias_and_shift >> 7; }

/// The stored value, in all of i8, of twice a sum with its bias.
static inline int32_t mote_channel_stage_i8(mote_channel_stage s, int32_t twice_sum,
                                            int32_t twice_zero_point_and_1) {
  const int32_t high = mote_high_product_rounded(twice_sum, s.multiplier);
  const int32_t shifted = mote_shift_by_low_byte(high + (high >> 31), s.bias_and_shift);
  return mote_half_as_i8(shifted + twice_zero_point_and_1);
}

/// The same rounded once.
static inline int32_t mote_channel_stage_single_i8(mote_channel_stage s, int32_t twice_sum,
                                                   int32_t twice_zero_point_and_1) {
  const int32_t high = mote_high_product(twice_sum, s.multiplier);
  return mote_half_as_i8(mote_shift_by_low_byte(high, s.bias_and_shift) + twice_zero_point_and_1);
}

/// Limits stored values where the stage has other limits than i8.
static inline void mote_limit_i8(const mote_output_stage* stage, int8_t* y, int32_t count) {
  if (stage->min <= INT8_MIN && stage->max >= INT8_MAX) return;
  for (int32_t i = 0; i < count; ++i) {
    y[i] = (int8_t)mote_clamp_i32(y[i], stage->min, stage->max);
  }
}

/// Why the layer has no such stage; NULL where it has. `terms` are the products of one sum, bias
/// may be NULL.
const char* mote_channel_stage_refuses(const mote_output_stage* stage, const int32_t* bias,
                                       int32_t channels, int64_t terms);
mote_channel_stage mote_channel_stage_of(const mote_output_stage* stage, int32_t bias,
                                         int32_t channel, int64_t terms);

#ifdef __cplusplus
}
#endif
