#include "mote/kernels/simd/avx2_dot.h"

enum { SIMD_BLOCK = 32 };

// Of sixteen outputs, vector 0 holds the first four of each half and vector 1 the others.
SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  __m256i* y = (__m256i*)(void*)to;
  for (int i = 0; i < 2; ++i) {
    const __m256i a = _mm256_loadu_si256((const __m256i*)(const void*)taps[0] + i);
    const __m256i b = _mm256_loadu_si256((const __m256i*)(const void*)taps[1] + i);
    _mm256_storeu_si256(y + 2 * i, _mm256_unpacklo_epi16(a, b));
    _mm256_storeu_si256(y + 2 * i + 1, _mm256_unpackhi_epi16(a, b));
  }
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  const __m256i bytes =
      _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
  simd_store_32_bytes(_mm256_permute4x64_epi64(bytes, 0xD8), min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avx2[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avx2", MOTE_ISA_AVX2), MOTE_KERNELS_END};
