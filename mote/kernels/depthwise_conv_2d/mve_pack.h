// Lays a depthwise convolution out for ARMv8.1-M with vectors: blocks of 16 channels, then of eight
// (mve_taps.h).
#pragma once

#include "mote/kernels/kernel.h"

/// Of the kernel contract.
const char* mve_depthwise_refused(const void* params, const void* const* constants);
int64_t mve_depthwise_packed_bytes(const void* params);
void mve_depthwise_pack(const void* params, const void* const* constants, void* packed);
