#include "mote/kernels/simd/avx512vnni.h"

enum { SIMD_BLOCK = 64 };

// Each 128-bit lane of vector i holds outputs 4 i to 4 i + 3 of the lane's sixteen.
SIMD_INLINE void depthwise_zip(const simd_element* const taps[SIMD_DEPTH], simd_element* to) {
  const __m512i a = _mm512_loadu_si512(taps[0]);
  const __m512i b = _mm512_loadu_si512(taps[1]);
  const __m512i c = _mm512_loadu_si512(taps[2]);
  const __m512i d = _mm512_loadu_si512(taps[3]);
  const __m512i ab_low = _mm512_unpacklo_epi8(a, b);
  const __m512i ab_high = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi8(c, d);
  const __m512i cd_high = _mm512_unpackhi_epi8(c, d);
  _mm512_storeu_si512(to, _mm512_unpacklo_epi16(ab_low, cd_low));
  _mm512_storeu_si512(to + 64, _mm512_unpackhi_epi16(ab_low, cd_low));
  _mm512_storeu_si512(to + 128, _mm512_unpacklo_epi16(ab_high, cd_high));
  _mm512_storeu_si512(to + 192, _mm512_unpackhi_epi16(ab_high, cd_high));
}

SIMD_INLINE void depthwise_store(const simd_i32 v[4], int32_t min, const int8_t* max, int64_t count,
                                 int8_t* y) {
  const __m512i bytes =
      _mm512_packs_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
  simd_store_64_bytes(bytes, min, max, count, y);
}

#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avx512vnni[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avx512vnni", MOTE_ISA_AVX512VNNI),
    MOTE_KERNELS_END};
