#include "mote/kernels/gemm_i8/mve_pack.h"

#include <string.h>

#include "mote/kernels/gemm_i8/mve_layer.h"
#include "mote/kernels/requantize/mve_scales.h"

enum {
  kBlock = 16,  // bytes of a pixel that are multiplied at once
  kGroup = 4,   // channels
};

int64_t mve_packed_bytes(const mve_pack_shape* shape) {
  const int64_t groups = (shape->channels + kGroup - 1) / kGroup;
  return groups * mve_group_bytes(shape->depth) + mve_scales_bytes(shape->channels);
}

// The place of a channel among the groups.
static int32_t place_of(int32_t channel, int32_t channels) {
  return channels - channel / 8 * 8 <= kGroup ? channel : mve_slot(channel, channels);
}

// The weights of one channel, and the start of its sum.
static void pack_channel(const mve_pack_shape* shape, const int8_t* w, int32_t bias, int32_t place,
                         int8_t* group) {
  int8_t* weights = group + kGroup * sizeof(int32_t);
  uint32_t sum = 0;
  for (int32_t i = 0; i < shape->depth; ++i) {
    sum += (uint32_t)w[i];
    weights[(i / kBlock * kGroup + place) * kBlock + i % kBlock] = w[i];
  }
  const uint32_t start = (uint32_t)bias - sum * (uint32_t)shape->x_zero_point;
  memcpy(group + (size_t)place * sizeof start, &start, sizeof start);
}

void mve_pack(const mve_pack_shape* shape, const mote_output_stage* stage, const int8_t* w,
              const int32_t* bias, void* packed) {
  int8_t* bytes = packed;
  const int64_t stride = mve_group_bytes(shape->depth);
  const int64_t groups = (shape->channels + kGroup - 1) / kGroup;
  memset(bytes, 0, (size_t)(groups * stride));
  for (int32_t o = 0; o < shape->channels; ++o) {
    const int32_t place = place_of(o, shape->channels);
    pack_channel(shape, w + (int64_t)o * shape->depth, bias != NULL ? bias[o] : 0, place % kGroup,
                 bytes + place / kGroup * stride);
  }
  mve_pack_scales(stage, shape->channels, bytes + groups * stride);
}
