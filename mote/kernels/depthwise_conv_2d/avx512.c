#include "mote/kernels/simd/avx512_dot.h"

enum { SIMD_BLOCK = 64 };

// Of eight outputs, vector 0 holds the first four of each lane and vector 1 the others.
SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  for (int i = 0; i < 2; ++i) {
    const __m512i a = _mm512_loadu_si512(taps[0] + 32 * i);
    const __m512i b = _mm512_loadu_si512(taps[1] + 32 * i);
    _mm512_storeu_si512(to + 64 * i, _mm512_unpacklo_epi16(a, b));
    _mm512_storeu_si512(to + 64 * i + 32, _mm512_unpackhi_epi16(a, b));
  }
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  const __m512i order = _mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0);
  const __m512i bytes =
      _mm512_packs_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
  simd_store_64_bytes(_mm512_permutexvar_epi64(order, bytes), min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avx512[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avx512", MOTE_ISA_AVX512),
    MOTE_KERNELS_END};
