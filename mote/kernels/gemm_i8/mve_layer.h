// Products of pixels and weights on ARMv8.1-M with vectors: what convolutions and fully connected
// layers share, in the order in which mve_pack.h lays the weights out.
//
//   mve_pixels_1(&layer, x, y);       // one pixel, all channels
//   mve_pixels_2(&layer, x0, x1, y);  // two, stored one after the other
//
// Channels go eight at a time: the even ones are one group of four, the odd ones the next, so that
// narrowing two vectors to one interleaves them into their places. A rest of at most four channels
// is one group in its own order.
#pragma once

#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/simd/mcu_mve.h"

/// How eight channels (or the rest) are scaled, in the order of the groups: 0 or less each, for a
/// shift to the right.
typedef struct mve_scales {
  int8_t shifts[8];
  int32_t multipliers[8];
} mve_scales;

typedef struct mve_layer {
  const mote_output_stage* stage;
  const void* packed;  // the groups
  const mve_scales* scales;
  int32_t depth, channels;  // of a pixel
} mve_layer;

static inline int32_t mve_group_bytes(int32_t depth) { return 16 + (depth + 15) / 16 * 64; }

/// `packed` as mve_pack.h has it.
static inline mve_layer mve_layer_of(const mote_output_stage* stage, const void* packed,
                                     int32_t depth, int32_t channels) {
  const int32_t groups = (channels + 3) / 4;
  const int8_t* bytes = packed;
  const void* scales = bytes + groups * mve_group_bytes(depth);
  const mve_layer layer = {stage, packed, scales, depth, channels};
  return layer;
}

/// Four accumulators, scaled.
static inline mve_i32 mve_scaled(mve_i32 sums, mve_i32 multipliers, mve_i32 shifts, int32_t once,
                                 int32_t fix) {
  mve_i32 v = once ? mve_high(sums, multipliers) : mve_rounded_high(sums, multipliers);
  if (fix) v = mve_ties_away(v, shifts);
  return mve_shift_rounded(v, shifts);
}

/// Whether ties below zero must be taken care of: not where they round once, nor where outputs
/// below the zero point are clamped.
static inline int32_t mve_ties_matter(const mote_output_stage* stage) {
  return stage->rounding == MOTE_ROUND_DOUBLE && stage->min < stage->zero_point;
}

/// Stores `channels` outputs of one pixel.
static inline void mve_store_channels(const mote_output_stage* stage, const mve_scales* scales,
                                      const int32_t* sums, int32_t channels, int8_t* y) {
  const int32_t once = stage->rounding == MOTE_ROUND_SINGLE;
  const int32_t fix = mve_ties_matter(stage);
  const int32_t zero_point = stage->zero_point;
  const mve_i16 min = mve_all_i16(stage->min);
  const mve_i16 max = mve_all_i16(stage->max);
  for (; channels > 4; channels -= 8, sums += 8, y += 8, ++scales) {
    const mve_i32 even = mve_scaled(mve_load_i32(sums), mve_load_i32(scales->multipliers),
                                    mve_load_i8_i32(scales->shifts), once, fix);
    const mve_i32 odd = mve_scaled(mve_load_i32(sums + 4), mve_load_i32(scales->multipliers + 4),
                                   mve_load_i8_i32(scales->shifts + 4), once, fix);
    const mve_i16 moved = mve_add_scalar_i16(mve_narrow(even, odd), zero_point);
    const mve_i16 bytes = mve_clamp_i16(moved, min, max);
    if (channels >= 8) {
      mve_store_8(y, bytes);
    } else {
      mve_store_some(y, bytes, channels);
    }
  }
  if (channels > 0) {
    const mve_i32 all = mve_scaled(mve_load_i32(sums), mve_load_i32(scales->multipliers),
                                   mve_load_i8_i32(scales->shifts), once, fix);
    const mve_i16 moved = mve_add_scalar_i16(mve_narrow(all, all), zero_point);
    mve_store_even(y, mve_clamp_i16(moved, min, max), channels);
  }
}

static inline void mve_pixels_1(const mve_layer* layer, const int8_t* x, int8_t* y) {
  int32_t sums[MVE_SUMS];
  const int8_t* group = layer->packed;
  const mve_scales* scales = layer->scales;
  for (int32_t left = layer->channels; left > 0; left -= MVE_SUMS) {
    const int32_t channels = left < MVE_SUMS ? left : MVE_SUMS;
    for (int32_t c = 0; c < channels; c += 4) group = mve_dot_1(x, group, layer->depth, sums + c);
    mve_store_channels(layer->stage, scales, sums, channels, y);
    scales += MVE_SUMS / 8;
    y += MVE_SUMS;
  }
}

/// Reads both pixels to the end of their last 16 bytes.
static inline void mve_pixels_2(const mve_layer* layer, const int8_t* x0, const int8_t* x1,
                                int8_t* y) {
  int32_t sums[2 * MVE_SUMS];
  const int32_t blocks = (layer->depth + 15) / 16;
  const int8_t* group = layer->packed;
  const mve_scales* scales = layer->scales;
  for (int32_t left = layer->channels; left > 0; left -= MVE_SUMS) {
    const int32_t channels = left < MVE_SUMS ? left : MVE_SUMS;
    for (int32_t c = 0; c < channels; c += 4) group = mve_dot_2(x0, x1, group, blocks, sums + c);
    mve_store_channels(layer->stage, scales, sums, channels, y);
    mve_store_channels(layer->stage, scales, sums + MVE_SUMS, channels, y + layer->channels);
    scales += MVE_SUMS / 8;
    y += MVE_SUMS;
  }
}
