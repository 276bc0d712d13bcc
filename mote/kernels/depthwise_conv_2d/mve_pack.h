// Lays a depthwise convolution out for ARMv8.1-M with vectors: blocks of 16 channels, then of eight
// (mve_taps.h); then the scales of all channels.
#pragma once

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/requantize/mve_output.h"

enum { MVE_DEPTHWISE_TAPS = 32 };  // at most

/// The scales in the packed bytes.
static inline const mve_scales* mve_depthwise_scales(const mote_depthwise_conv_2d_params* p,
                                                     const int8_t* packed) {
  const int32_t slots = (p->ic + 7) / 8 * 8;
  return (const mve_scales*)(const void*)(packed + slots * (4 + p->kh * p->kw));
}

/// Of the kernel contract.
const char* mve_depthwise_refused(const void* params, const void* const* constants);
int64_t mve_depthwise_packed_bytes(const void* params);
void mve_depthwise_pack(const void* params, const void* const* constants, void* packed);
