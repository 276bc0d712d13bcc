#include "mote/kernels/simd/portable.h"

enum { SIMD_BLOCK = 4 * SIMD_LANES };

SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  memcpy(to, taps[0], SIMD_BLOCK * sizeof *to);
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  for (int i = 0; i * SIMD_LANES < count; ++i) {
    simd_store_i8(1, v + i, min, max + i * SIMD_LANES, count - i * SIMD_LANES, y + i * SIMD_LANES);
  }
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_portable[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_portable", MOTE_ISA_PORTABLE),
    MOTE_KERNELS_END};
