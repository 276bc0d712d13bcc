#include "mote/kernels/simd/neon_dot.h"

enum { SIMD_BLOCK = 16 };

SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  memcpy(to, taps[0], SIMD_BLOCK * sizeof *to);
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  simd_store_i8(4, v, min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_neon[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_neon", MOTE_ISA_NEON), MOTE_KERNELS_END};
