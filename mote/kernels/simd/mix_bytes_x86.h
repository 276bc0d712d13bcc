// simd_mix of four rows of unsigned bytes on x86: 8 or 16 elements of each at a time. The including
// file has included intrinsics. For .c files only.
#pragma once

#include "mote/kernels/simd/inline.h"

SIMD_INLINE __m128i simd_flipped(__m128i v) { return _mm_xor_si128(v, _mm_set1_epi8((char)0x80)); }

SIMD_INLINE void simd_mix_8(const int8_t* const rows[4], int64_t at, uint8_t* to) {
  __m128i x[4];
  for (int d = 0; d < 4; ++d) {
    x[d] = simd_flipped(_mm_loadl_epi64((const __m128i*)(const void*)(rows[d] + at)));
  }
  const __m128i ab = _mm_unpacklo_epi8(x[0], x[1]);
  const __m128i cd = _mm_unpacklo_epi8(x[2], x[3]);
  __m128i* y = (__m128i*)(void*)to;
  _mm_storeu_si128(y, _mm_unpacklo_epi16(ab, cd));
  _mm_storeu_si128(y + 1, _mm_unpackhi_epi16(ab, cd));
}

SIMD_INLINE void simd_mix_16(const int8_t* const rows[4], int64_t at, uint8_t* to) {
  __m128i x[4];
  for (int d = 0; d < 4; ++d) {
    x[d] = simd_flipped(_mm_loadu_si128((const __m128i*)(const void*)(rows[d] + at)));
  }
  const __m128i ab_low = _mm_unpacklo_epi8(x[0], x[1]);
  const __m128i ab_high = _mm_unpackhi_epi8(x[0], x[1]);
  const __m128i cd_low = _mm_unpacklo_epi8(x[2], x[3]);
  const __m128i cd_high = _mm_unpackhi_epi8(x[2], x[3]);
  __m128i* y = (__m128i*)(void*)to;
  _mm_storeu_si128(y, _mm_unpacklo_epi16(ab_low, cd_low));
  _mm_storeu_si128(y + 1, _mm_unpackhi_epi16(ab_low, cd_low));
  _mm_storeu_si128(y + 2, _mm_unpacklo_epi16(ab_high, cd_high));
  _mm_storeu_si128(y + 3, _mm_unpackhi_epi16(ab_high, cd_high));
}
