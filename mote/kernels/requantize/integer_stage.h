// The output stage without floating point and with few 64-bit operations: for processors that have
// neither. It knows every stage of requantize.h but that of MOTE_ROUND_FLOAT.
//
//   if (mote_integer_stage_refuses(&p->output, channels) == NULL) ...   // once
//   y = mote_integer_stage_i8(&p->output, accumulator, channel);
//
// Exactness: equals mote_output_i32 where the stage is not refused.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Why the stage needs more than this; NULL where it does not.
static inline const char* mote_integer_stage_refuses(const mote_output_stage* stage,
                                                     int32_t channels) {
  if (stage->rounding == MOTE_ROUND_FLOAT) return "it rounds in floating point";
  for (int32_t o = 0; o < (stage->per_channel != 0 ? channels : 1); ++o) {
    if (stage->multipliers[o].multiplier < 0) return "a multiplier is negative";
  }
  return NULL;
}

/// x / 2^exponent rounded to nearest, ties away from zero; exponent in [0, 31].
static inline int32_t mote_divide_by_pot_i32(int32_t x, int32_t exponent) {
  if (exponent == 0) return x;
  return (((x + (x >> 31)) >> (exponent - 1)) + 1) >> 1;
}

/// x * m as mote_requantize_i32 has it; m.multiplier >= 0. The doubling high product is (x m +
/// 2^30) >> 31 for either sign.
static inline int32_t mote_requantize_integer(int32_t x, mote_multiplier m,
                                              mote_rounding rounding) {
  if (rounding == MOTE_ROUND_SINGLE) {
    const int32_t shift = 31 - m.shift;
    return (int32_t)(((int64_t)x * m.multiplier + ((int64_t)1 << (shift - 1))) >> shift);
  }
  const int32_t shifted = m.shift > 0 ? (int32_t)((uint32_t)x << m.shift) : x;
  const int32_t high = (int32_t)(((int64_t)shifted * m.multiplier + ((int64_t)1 << 30)) >> 31);
  return mote_divide_by_pot_i32(high, m.shift > 0 ? 0 : -m.shift);
}

/// The stored value of an accumulator of output channel `channel`.
static inline int8_t mote_integer_stage_i8(const mote_output_stage* stage, int32_t accumulator,
                                           int32_t channel) {
  const mote_multiplier m = stage->multipliers[stage->per_channel != 0 ? channel : 0];
  const int32_t scaled = mote_requantize_integer(accumulator, m, stage->rounding);
  const int32_t max = stage->channel_max != NULL ? stage->channel_max[channel] : stage->max;
  const int32_t value = (int32_t)((uint32_t)scaled + (uint32_t)stage->zero_point);
  return (int8_t)mote_clamp_i32(value, stage->min, max);
}

#ifdef __cplusplus
}
#endif
