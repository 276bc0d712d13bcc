#include "mote/kernels/simd/avxvnni.h"

enum { SIMD_BLOCK = 32 };

// Each 128-bit lane of vector i holds outputs 4 i to 4 i + 3 of the lane's sixteen.
SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  __m256i x[SIMD_DEPTH];
  for (int i = 0; i < SIMD_DEPTH; ++i)
    x[i] = _mm256_loadu_si256((const __m256i*)(const void*)taps[i]);
  const __m256i low_01 = _mm256_unpacklo_epi8(x[0], x[1]);
  const __m256i high_01 = _mm256_unpackhi_epi8(x[0], x[1]);
  const __m256i low_23 = _mm256_unpacklo_epi8(x[2], x[3]);
  const __m256i high_23 = _mm256_unpackhi_epi8(x[2], x[3]);
  __m256i* y = (__m256i*)(void*)to;
  _mm256_storeu_si256(y, _mm256_unpacklo_epi16(low_01, low_23));
  _mm256_storeu_si256(y + 1, _mm256_unpackhi_epi16(low_01, low_23));
  _mm256_storeu_si256(y + 2, _mm256_unpacklo_epi16(high_01, high_23));
  _mm256_storeu_si256(y + 3, _mm256_unpackhi_epi16(high_01, high_23));
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  const __m256i bytes =
      _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
  simd_store_32_bytes(bytes, min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avxvnni[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avxvnni", MOTE_ISA_AVXVNNI),
    MOTE_KERNELS_END};
