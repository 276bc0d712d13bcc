#include "mote/kernels/simd/neondot.h"

enum { SIMD_BLOCK = 16 };

SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  int8x16_t x[SIMD_DEPTH];
  for (int i = 0; i < SIMD_DEPTH; ++i) x[i] = vld1q_s8(taps[i]);
  const int16x8_t low_01 = vreinterpretq_s16_s8(vzip1q_s8(x[0], x[1]));
  const int16x8_t high_01 = vreinterpretq_s16_s8(vzip2q_s8(x[0], x[1]));
  const int16x8_t low_23 = vreinterpretq_s16_s8(vzip1q_s8(x[2], x[3]));
  const int16x8_t high_23 = vreinterpretq_s16_s8(vzip2q_s8(x[2], x[3]));
  vst1q_s8(to, vreinterpretq_s8_s16(vzip1q_s16(low_01, low_23)));
  vst1q_s8(to + 16, vreinterpretq_s8_s16(vzip2q_s16(low_01, low_23)));
  vst1q_s8(to + 32, vreinterpretq_s8_s16(vzip1q_s16(high_01, high_23)));
  vst1q_s8(to + 48, vreinterpretq_s8_s16(vzip2q_s16(high_01, high_23)));
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  simd_store_i8(4, v, min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_neondot[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_neondot", MOTE_ISA_NEONDOT),
    MOTE_KERNELS_END};
