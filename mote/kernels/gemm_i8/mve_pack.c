#include "mote/kernels/gemm_i8/mve_pack.h"

#include <string.h>

#include "mote/kernels/gemm_i8/mve_layer.h"
#include "mote/kernels/requantize/packed_stage.h"

enum {
  kBlock = 16,              // bytes of a pixel that are multiplied at once
  kGroup = 4,               // channels
  kMaxProduct = 255 * 128,  // of an activation less its zero point and a weight
};

int32_t mve_slot(int32_t channel, int32_t channels) {
  const int32_t first = channel / 8 * 8;
  const int32_t within = channel - first;
  return channels - first <= kGroup ? channel : first + within % 2 * kGroup + within / 2;
}

const char* mve_stage_refused(const mote_output_stage* stage, int32_t channels, int32_t terms,
                              const int32_t* bias) {
  if (stage->rounding == MOTE_ROUND_FLOAT) return "the output is rounded in float";
  if (stage->channel_max != NULL) return "limits differ by channel";
  if (stage->zero_point < INT8_MIN || stage->zero_point > INT8_MAX) {
    return "the output's zero point is outside of i8";
  }
  const char* refused = mote_stage_limits_refused_i8(stage, channels);
  if (refused != NULL) return refused;
  for (int32_t i = 0; i < (stage->per_channel ? channels : 1); ++i) {
    const int32_t shift = stage->multipliers[i].shift;
    if (shift > 0 || shift < -31) return "a scale is above 1";
    // 0 is harmless: multipliers of 0 come with it.
    if (shift == 0 && stage->multipliers[i].multiplier != 0 &&
        stage->rounding == MOTE_ROUND_SINGLE) {
      return "a scale is above one half, and the output is rounded once";
    }
  }
  // So that adding the zero point does not wrap.
  const int64_t limit = (INT64_C(1) << 30) - (int64_t)terms * kMaxProduct;
  if (limit < 0) return "accumulators may reach 2^30";
  for (int32_t i = 0; bias != NULL && i < channels; ++i) {
    if (bias[i] > limit || bias[i] < -limit) return "accumulators may reach 2^30";
  }
  return NULL;
}

int64_t mve_scales_bytes(int32_t channels) {
  return (int64_t)(channels + 7) / 8 * (int64_t)sizeof(mve_scales);
}

int64_t mve_packed_bytes(const mve_pack_shape* shape) {
  const int64_t groups = (shape->channels + kGroup - 1) / kGroup;
  return groups * mve_group_bytes(shape->depth) + mve_scales_bytes(shape->channels);
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

// The weights of one channel, and the start of its sum.
static void pack_channel(const mve_pack_shape* shape, const int8_t* w, int32_t bias, int32_t place,
                         int8_t* group) {
  uint32_t sum = 0;
  for (int32_t i = 0; i < shape->depth; ++i) {
    sum += (uint32_t)w[i];
    group[kGroup * sizeof sum + (size_t)((i / kBlock * kGroup + place) * kBlock + i % kBlock)] =
        w[i];
  }
  const uint32_t start = (uint32_t)bias - sum * (uint32_t)shape->x_zero_point;
  for (int32_t i = 0; i < 4; ++i) group[4 * place + i] = (int8_t)(uint8_t)(start >> 8 * i);
}

void mve_pack(const mve_pack_shape* shape, const mote_output_stage* stage, const int8_t* w,
              const int32_t* bias, void* packed) {
  int8_t* bytes = packed;
  const int64_t stride = mve_group_bytes(shape->depth);
  const int64_t groups = (shape->channels + kGroup - 1) / kGroup;
  memset(bytes, 0, (size_t)(groups * stride));
  for (int32_t o = 0; o < shape->channels; ++o) {
    const int32_t slot = mve_slot(o, shape->channels);
    pack_channel(shape, w + (int64_t)o * shape->depth, bias != NULL ? bias[o] : 0, slot % kGroup,
                 bytes + slot / kGroup * stride);
  }
  mve_pack_scales(stage, shape->channels, bytes + groups * stride);
}
