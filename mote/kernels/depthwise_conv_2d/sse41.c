#include "mote/kernels/simd/sse41.h"

enum { SIMD_BLOCK = 16 };

SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  __m128i* y = (__m128i*)(void*)to;
  for (int i = 0; i < 2; ++i) {
    const __m128i a = _mm_loadu_si128((const __m128i*)(const void*)taps[0] + i);
    const __m128i b = _mm_loadu_si128((const __m128i*)(const void*)taps[1] + i);
    _mm_storeu_si128(y + 2 * i, _mm_unpacklo_epi16(a, b));
    _mm_storeu_si128(y + 2 * i + 1, _mm_unpackhi_epi16(a, b));
  }
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(v[0], v[1]), _mm_packs_epi32(v[2], v[3]));
  bytes = _mm_max_epi8(bytes, _mm_set1_epi8((char)min));
  bytes = _mm_min_epi8(bytes, _mm_loadu_si128((const __m128i*)(const void*)max));
  if (count >= SIMD_BLOCK) {
    _mm_storeu_si128((__m128i*)(void*)y, bytes);
  } else {
    int8_t all[SIMD_BLOCK];
    _mm_storeu_si128((__m128i*)(void*)all, bytes);
    simd_store_bytes(all, count, y);
  }
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_sse41[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_sse41", MOTE_ISA_SSE41), MOTE_KERNELS_END};
