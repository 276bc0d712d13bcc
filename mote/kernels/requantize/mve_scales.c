#include "mote/kernels/requantize/mve_scales.h"

#include <string.h>

#include "mote/kernels/requantize/mve_output.h"
#include "mote/kernels/requantize/packed_stage.h"

enum { kMaxProduct = 255 * 128 };  // of an activation less its zero point and a weight

int32_t mve_slot(int32_t channel, int32_t channels) {
  static const int32_t kVector[] = {0, 2, 1, 3};  // of channels 4i, 4i + 1, .. in a block of 16
  const int32_t block = channel / 16 * 16;
  if (channels - block >= 16) return block + kVector[channel % 4] * 4 + channel % 16 / 4;
  return channel / 8 * 8 + channel % 2 * 4 + channel % 8 / 2;
}

// Whether a scale of at least one half may give numbers to which the zero point cannot be added.
static int may_wrap(int32_t terms, const int32_t* bias) {
  const int64_t limit = (INT64_C(1) << 30) - (int64_t)terms * kMaxProduct;
  return limit < 0 || (bias != NULL && (*bias > limit || *bias < -limit));
}

const char* mve_stage_refused(const mote_output_stage* stage, int32_t channels, int32_t terms,
                              const int32_t* bias) {
  if (stage->rounding == MOTE_ROUND_FLOAT) return "the output is rounded in float";
  if (stage->channel_max != NULL) return "limits differ by channel";
  if (stage->zero_point < INT8_MIN || stage->zero_point > INT8_MAX) {
    return "the output's zero point is outside of i8";
  }
  for (int32_t i = 0; i < channels; ++i) {
    const mote_multiplier m = stage->multipliers[stage->per_channel ? i : 0];
    if (m.shift > 0 || m.shift < -31) return "a scale is above 1";
    if (m.shift < 0 || m.multiplier == 0) continue;
    if (stage->rounding == MOTE_ROUND_SINGLE) {
      return "a scale is above one half, and the output is rounded once";
    }
    if (may_wrap(terms, bias != NULL ? bias + i : NULL)) return "accumulators may reach 2^30";
  }
  return mote_stage_limits_refused_i8(stage, channels);
}

int64_t mve_scales_bytes(int32_t channels) {
  return (int64_t)(channels + 7) / 8 * (int64_t)sizeof(mve_scales);
}

void mve_pack_scales(const mote_output_stage* stage, int32_t channels, void* scales) {
  mve_scales* to = scales;
  memset(to, 0, (size_t)mve_scales_bytes(channels));
  for (int32_t o = 0; o < channels; ++o) {
    const mote_multiplier m = stage->multipliers[stage->per_channel ? o : 0];
    const int32_t slot = mve_slot(o, channels);
    to[slot / 8].multipliers[slot % 8] = m.multiplier;
    to[slot / 8].shifts[slot % 8] = (int8_t)m.shift;
  }
}
