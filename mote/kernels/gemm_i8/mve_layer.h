// Products of pixels and weights on ARMv8.1-M with vectors: what convolutions and fully connected
// layers share, in the order in which mve_pack.h lays the weights out.
//
//   const mve_layer layer = mve_layer_of(&p->output, args->packed, p->k, p->n);
//   mve_pixels_1(&layer, x, sums, y);       // one pixel, all channels
//   mve_pixels_2(&layer, x0, x1, sums, y);  // two, stored one after the other
#pragma once

#include "mote/kernels/gemm_i8/mve_dot.h"

typedef struct mve_layer {
  mve_output output;
  const int8_t* groups;
  const mve_scales* scales;
  int32_t depth, channels;  // of a pixel
} mve_layer;

static inline int32_t mve_group_bytes(int32_t depth) { return 16 + (depth + 15) / 16 * 64; }

/// `packed` as mve_pack.h has it.
static inline mve_layer mve_layer_of(const mote_output_stage* stage, const void* packed,
                                     int32_t depth, int32_t channels) {
  const int8_t* groups = packed;
  const void* scales = groups + (channels + 3) / 4 * mve_group_bytes(depth);
  const mve_layer layer = {mve_output_of(stage), groups, scales, depth, channels};
  return layer;
}

/// The last four channels or fewer are one group in their own order: into their slots.
static inline void mve_place_rest(int32_t* sums, int32_t channels) {
  const int32_t rest = channels % 8;
  if (rest == 0 || rest > 4) return;
  sums += channels - rest;
  sums[4] = sums[1];
  sums[1] = sums[2];
  sums[5] = sums[3];
}

/// The four-byte sums that `pixels` pixels need.
static inline int32_t mve_sums_of(int32_t pixels, int32_t channels) {
  return (pixels - 1) * MVE_SUMS + (channels < MVE_SUMS ? (channels + 7) / 8 * 8 : MVE_SUMS);
}

/// `sums` is room for those of one pixel.
static inline void mve_pixels_1(const mve_layer* layer, const int8_t* x, int32_t* sums, int8_t* y) {
  const int8_t* group = layer->groups;
  const mve_scales* scales = layer->scales;
  for (int32_t left = layer->channels; left > 0; left -= MVE_SUMS) {
    const int32_t channels = left < MVE_SUMS ? left : MVE_SUMS;
    for (int32_t c = 0; c < channels; c += 4) group = mve_dot_1(x, group, layer->depth, sums + c);
    mve_place_rest(sums, channels);
    mve_store_pixels(&layer->output, scales, sums, channels, y, 1, 0);
    scales += MVE_SUMS / 8;
    y += MVE_SUMS;
  }
}

/// Reads both pixels to the end of their last 16 bytes. `sums` is room for those of two pixels.
static inline void mve_pixels_2(const mve_layer* layer, const int8_t* x0, const int8_t* x1,
                                int32_t* sums, int8_t* y) {
  mve_dots dots = {x0, x1, layer->groups, (layer->depth + 15) / 16, sums, 0};
  const mve_scales* scales = layer->scales;
  for (int32_t left = layer->channels; left > 0; left -= MVE_SUMS) {
    const int32_t channels = left < MVE_SUMS ? left : MVE_SUMS;
    dots.sums = sums;
    dots.groups = (channels + 3) / 4;
    mve_dot_2(&dots);
    mve_place_rest(sums, channels);
    mve_place_rest(sums + MVE_SUMS, channels);
    mve_store_pixels(&layer->output, scales, sums, channels, y, 2, layer->channels);
    scales += MVE_SUMS / 8;
    y += MVE_SUMS;
  }
}
