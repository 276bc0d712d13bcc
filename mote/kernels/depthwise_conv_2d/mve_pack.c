#include "mote/kernels/depthwise_conv_2d/mve_pack.h"

#include <string.h>

#include "mote/kernels/requantize/mve_scales.h"

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
  const int64_t slots = (p->ic + 7) / 8 * 8;
  return slots * (4 + p->kh * p->kw) + mve_scales_bytes(p->ic);
}

void mve_depthwise_pack(const void* params, const void* const* constants, void* packed) {
  const mote_depthwise_conv_2d_params* p = params;
  const int8_t* w = constants[1];
  const int32_t* bias = constants[2];
  const int32_t taps = p->kh * p->kw;
  memset(packed, 0, (size_t)mve_depthwise_packed_bytes(params));
  for (int32_t c = 0; c < p->ic; ++c) {
    const int32_t slots = p->ic - c / 16 * 16 >= 16 ? 16 : 8;
    const int32_t first = c / slots * slots;
    int8_t* block = (int8_t*)packed + first * (4 + taps);
    uint32_t start = bias != NULL ? (uint32_t)bias[c] : 0;
    for (int32_t t = 0; t < taps; ++t) {
      block[4 * slots + t * slots + c - first] = w[t * p->ic + c];
      start -= (uint32_t)w[t * p->ic + c] * (uint32_t)p->x_zero_point;
    }
    memcpy(block + 4 * (mve_slot(c, p->ic) - first), &start, sizeof start);
  }
  mve_pack_scales(&p->output, p->ic, (int8_t*)packed + (p->ic + 7) / 8 * 8 * (4 + taps));
}
