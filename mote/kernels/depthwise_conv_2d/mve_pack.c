#include "mote/kernels/depthwise_conv_2d/mve_pack.h"

#include <string.h>

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/mve_taps.h"
#include "mote/kernels/requantize/mve_scales.h"

const char* mve_depthwise_refused(const void* params, const void* const* constants) {
  const mote_depthwise_conv_2d_params* p = params;
  const int8_t* w = constants[1];
  if (p->multiplier != 1) return "it has one filter per channel only";
  if (p->w_zero_point != 0) return "weights have a zero point";
  const int32_t taps = p->kh * p->kw;
  if (taps > MVE_TAPS) return "it has 32 taps at most";
  if (p->output.rounding != MOTE_ROUND_DOUBLE) return "the output is not rounded twice";
  for (int32_t i = 0; w != NULL && i < taps * p->ic; ++i) {
    if (w[i] == INT8_MIN) return "two products of weight -128 exceed 16 bits";
  }
  return mve_stage_refused(&p->output, p->ic, taps, constants[2]);
}

int64_t mve_depthwise_packed_bytes(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return (int64_t)((p->ic + 7) / 8) * mve_taps_block(8, p->kh * p->kw);
}

// The channels [first, end) into a block of `slots`.
static void pack_block(const mote_depthwise_conv_2d_params* p, const void* const* constants,
                       int32_t first, int32_t slots, int8_t* block) {
  const int8_t* w = constants[1];
  const int32_t* bias = constants[2];
  const int32_t taps = p->kh * p->kw;
  const int32_t channels = p->ic - first < slots ? p->ic - first : slots;
  for (int32_t c = 0; c < channels; ++c) {
    uint32_t start = bias != NULL ? (uint32_t)bias[first + c] : 0;
    for (int32_t t = 0; t < taps; ++t) {
      const int8_t weight = w[t * p->ic + first + c];
      block[4 * slots + t * slots + c] = weight;
      start -= (uint32_t)weight * (uint32_t)p->x_zero_point;
    }
    memcpy(block + 4 * mve_slot(c, slots), &start, sizeof start);
  }
  mote_output_stage stage = p->output;
  if (stage.per_channel) stage.multipliers += first;
  mve_pack_scales(&stage, channels, block + slots * (4 + taps));
}

void mve_depthwise_pack(const void* params, const void* const* constants, void* packed) {
  const mote_depthwise_conv_2d_params* p = params;
  int8_t* block = packed;
  memset(packed, 0, (size_t)mve_depthwise_packed_bytes(params));
  for (int32_t first = 0; first < p->ic;) {
    const int32_t slots = p->ic - first >= 16 ? 16 : 8;
    pack_block(p, constants, first, slots, block);
    block += mve_taps_block(slots, p->kh * p->kw);
    first += slots;
  }
}
