// The output stage of 32-bit accumulators in the form that vectors compute: one unsigned product
// per channel, no 64-bit additions, and the same code for both integer roundings; or, where they
// are rounded in float, one product of floats.
//
//   mote_channel_scale s;
//   const char* refused = mote_channel_scale_of(&stage, channel, range, &s);
//   // then, for every accumulator in the range:
//   const uint32_t u = ((uint32_t)accumulator << s.left) + s.base;
//   const int32_t high = (int32_t)((uint64_t)u * s.factor >> 32);
//   y = (high + s.addend - ((int32_t)u < s.threshold)) >> s.right;  // zero point added, not
//   clamped
//   // or, for MOTE_ROUND_FLOAT, where `factor` holds the bits of a float:
//   y = mote_round_to_even_f32((float)accumulator * factor) + s.addend;
//
// Derivation. Let a be the accumulator, m the multiplier, r >= 0 the right shift; factor = 2m.
// - u = a + base >= 0, and base is chosen so that factor * base = high_base * 2^32 + 2^31: then
//   floor(factor * u / 2^32) - high_base = floor((2am + 2^31) / 2^32), the doubling high product
//   rounded to nearest, ties up. With t trailing zeros in m, base = 2^(30-t) + j * 2^(31-t) has
//   that property; j makes it at least 2^30.
// - The second rounding, ties away from zero, is floor((h + 2^(r-1) - [h < 0]) / 2^r), and h < 0
//   may be replaced by a < 0: they differ only where h = 0, which gives 0 both ways.
// - Rounding once is floor((2am + 2^(31+r)) / 2^(32+r)): base = 2^31 makes factor * base a multiple
//   of 2^32, and the addend holds 2^(r-1).
// `addend` has all constants, and the zero point times 2^r. Exact for |a| * 2^left < 2^29; whoever
// packs proves that bound from the weights, or refuses. In float any accumulator will do whose
// product stays below 2^30, so that vectors need not saturate it before they convert it.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_channel_scale {
  int32_t left, base, factor, addend, threshold, right;  // base and factor are unsigned
} mote_channel_scale;

/// The values that the accumulators of a channel take.
typedef struct mote_accumulators {
  int64_t low, high;
} mote_accumulators;

/// Why channel `channel` cannot be computed so, in words; NULL when it can. A channel whose
/// accumulators all give one output can, however large they are: networks have such channels, with
/// weights of zero and a bias in steps that mean next to nothing.
const char* mote_channel_scale_of(const mote_output_stage* stage, int32_t channel,
                                  mote_accumulators range, mote_channel_scale* scale);

/// Why the limits of the stage do not suit i8 outputs; NULL when they do.
const char* mote_stage_limits_refused_i8(const mote_output_stage* stage, int32_t channels);

/// The scales of one panel of `lanes` channels: six arrays of `lanes` elements, in this order.
enum {
  MOTE_SCALE_LEFT,
  MOTE_SCALE_BASE,
  MOTE_SCALE_FACTOR,
  MOTE_SCALE_ADDEND,
  MOTE_SCALE_THRESHOLD,
  MOTE_SCALE_RIGHT,
  MOTE_SCALE_ARRAYS
};

/// How all channels of a stage are scaled.
enum {
  MOTE_SCALING_PLAIN,       // without `threshold`, which does not matter where rounding is single,
                            // nor where outputs below the zero point are clamped to it
  MOTE_SCALING_DECREMENTS,  // with it
  MOTE_SCALING_FLOAT
};

/// A packed stage: this head, then its arrays at byte offsets from it. A *slot* is a channel's
/// place in the panels; slots without a channel hold zeros.
typedef struct mote_packed_stage {
  int32_t lanes;
  int32_t scale_stride;  // elements from one panel's scales to the next; 0: all channels share one
  int32_t max_stride;    // 1: a limit for each slot; 0: MOTE_KERNEL_ALIGNMENT bytes for all
  int32_t shifts_left;   // whether any `left` is not 0; if none, `start` has `base` added
  int32_t scaling;       // MOTE_SCALING_...
  int32_t min;
  int32_t start, scales, max;  // start: what accumulators begin with, one i32 for each slot
  int32_t low;                 // `min` MOTE_KERNEL_ALIGNMENT times, as bytes
  int32_t bytes;
} mote_packed_stage;

/// Fills in the head for `channels` channels in `slots` slots; returns the bytes of head and
/// arrays.
int64_t mote_packed_stage_layout(const mote_output_stage* stage, int32_t channels, int32_t slots,
                                 mote_packed_stage* head);

/// A channel and its place. `start` is the first value of its accumulators without `base`; `range`
/// what they reach: of all channels, where these share one scale.
typedef struct mote_packed_channel {
  int32_t slot, channel;
  uint32_t start;
  mote_accumulators range;
} mote_packed_channel;

/// Writes a channel that mote_channel_scale_of accepts. `head` is followed by its zeroed arrays.
void mote_packed_stage_set(mote_packed_stage* head, const mote_output_stage* stage,
                           const mote_packed_channel* channel);

#ifdef __cplusplus
}
#endif
