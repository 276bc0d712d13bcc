// Lays a depthwise convolution out for ARMv8.1-M with vectors: blocks of 16 channels, then of
// eight. A block holds the starts of the sums (i32), the weights tap by tap, and the scales.
//
// Lanes stand as multiplying and widening leave them: of 16 channels 0, 4, 8, 12; 2, 6, ..; 1, 5,
// ..; 3, 7, ..; of eight 0, 2, 4, 6; 1, 3, 5, 7.
#pragma once

#include "mote/kernels/kernel.h"

enum {
  MVE_DEPTHWISE_STARTS_16 = 64,  // bytes
  MVE_DEPTHWISE_STARTS_8 = 32,
  MVE_DEPTHWISE_TAPS = 32,  // at most
};

/// Taps are multiplied two by two: an odd one more has weights of 0.
static inline int32_t mve_depthwise_taps(int32_t taps) { return (taps + 1) / 2 * 2; }

/// Of the kernel contract.
const char* mve_depthwise_refused(const void* params, const void* const* constants);
int64_t mve_depthwise_packed_bytes(const void* params);
void mve_depthwise_pack(const void* params, const void* const* constants, void* packed);
