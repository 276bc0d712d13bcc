#include "mote/kernels/depthwise_conv_2d/mve_pack.h"

#include <string.h>

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/gemm_i8/mve_layer.h"
#include "mote/kernels/gemm_i8/mve_pack.h"

// Of a block of 16 or 8 channels.
static int64_t block_bytes(const mote_depthwise_conv_2d_params* p, int32_t channels) {
  return channels * ((int64_t)sizeof(int32_t) + mve_depthwise_taps(p->kh * p->kw)) +
         channels / 8 * (int64_t)sizeof(mve_scales);
}

const char* mve_depthwise_refused(const void* params, const void* const* constants) {
  const mote_depthwise_conv_2d_params* p = params;
  const int8_t* w = constants[1];
  if (p->multiplier != 1) return "it has one filter per channel only";
  if (p->w_zero_point != 0) return "weights have a zero point";
  const int32_t taps = p->kh * p->kw;
  if (taps > MVE_DEPTHWISE_TAPS) return "it has 32 taps at most";
  for (int32_t i = 0; w != NULL && i < taps * p->ic; ++i) {
    if (w[i] == INT8_MIN) return "two products of weight -128 exceed 16 bits";
  }
  return mve_stage_refused(&p->output, p->ic, taps, constants[2]);
}

int64_t mve_depthwise_packed_bytes(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return p->ic / 16 * block_bytes(p, 16) + (p->ic % 16 + 7) / 8 * block_bytes(p, 8);
}

// The place of channel `c` of a block among its sums.
static int32_t slot_of(int32_t c, int32_t channels) {
  static const int32_t kFirst[] = {0, 8, 4, 12};  // of lanes 4i, 4i + 1, ..
  return channels == 16 ? kFirst[c % 4] + c / 4 : c % 2 * 4 + c / 2;
}

static void pack_channel(const mote_depthwise_conv_2d_params* p, const void* const* constants,
                         int32_t channel, int32_t of, int8_t* block) {
  const int8_t* w = constants[1];
  const int32_t* bias = constants[2];
  const int32_t c = of == 16 ? channel % 16 : channel % 8;
  const int32_t slot = slot_of(c, of);
  const int32_t taps = p->kh * p->kw;
  int8_t* weights = block + of * (int32_t)sizeof *bias;
  uint32_t sum = 0;
  for (int32_t t = 0; t < taps; ++t) {
    weights[t * of + c] = w[t * p->ic + channel];
    sum += (uint32_t)w[t * p->ic + channel];
  }
  const uint32_t start =
      (bias != NULL ? (uint32_t)bias[channel] : 0) - sum * (uint32_t)p->x_zero_point;
  memcpy(block + slot * (int32_t)sizeof start, &start, sizeof start);
  mve_scales* scales = (mve_scales*)(void*)(weights + mve_depthwise_taps(taps) * of);
  const mote_multiplier m = p->output.multipliers[p->output.per_channel ? channel : 0];
  scales[slot / 8].multipliers[slot % 8] = m.multiplier;
  scales[slot / 8].shifts[slot % 8] = (int8_t)m.shift;
}

void mve_depthwise_pack(const void* params, const void* const* constants, void* packed) {
  const mote_depthwise_conv_2d_params* p = params;
  int8_t* block = packed;
  memset(packed, 0, (size_t)mve_depthwise_packed_bytes(params));
  for (int32_t first = 0; first < p->ic;) {
    const int32_t channels = p->ic - first >= 16 ? 16 : 8;
    const int32_t end = first + channels < p->ic ? first + channels : p->ic;
    for (int32_t c = first; c < end; ++c) pack_channel(p, constants, c, channels, block);
    block += block_bytes(p, channels);
    first = end;
  }
}
