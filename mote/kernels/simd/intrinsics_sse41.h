// SSE4.1's intrinsics: the compiler's, or SIMDe's where MOTE_SIMDE is defined; and where the
// compiler may use SSE2 only, which every x86-64 has, those that integer kernels use, by it. For .c
// files only.
#pragma once

#if defined(MOTE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/sse4.1.h>
#elif defined(__SSE4_1__)
#include <smmintrin.h>
#else
#include <emmintrin.h>

#include "mote/kernels/simd/inline.h"

SIMD_INLINE __m128i sse2_select(__m128i a, __m128i b, __m128i mask) {
  return _mm_or_si128(_mm_andnot_si128(mask, a), _mm_and_si128(mask, b));
}
SIMD_INLINE __m128i sse2_max_epi8(__m128i a, __m128i b) {
  return sse2_select(b, a, _mm_cmpgt_epi8(a, b));
}
SIMD_INLINE __m128i sse2_min_epi8(__m128i a, __m128i b) {
  return sse2_select(a, b, _mm_cmpgt_epi8(a, b));
}
SIMD_INLINE __m128i sse2_cvtepi8_epi16(__m128i v) {
  return _mm_srai_epi16(_mm_unpacklo_epi8(v, v), 8);
}
SIMD_INLINE __m128i sse2_odd_lanes(__m128i even, __m128i odd) {
  return sse2_select(even, odd, _mm_set_epi32(-1, 0, -1, 0));
}
SIMD_INLINE __m128i sse2_mullo_epi32(__m128i a, __m128i b) {
  const __m128i even = _mm_mul_epu32(a, b);
  const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32));
  return sse2_odd_lanes(even, _mm_slli_epi64(odd, 32));
}
#define _mm_max_epi8 sse2_max_epi8
#define _mm_min_epi8 sse2_min_epi8
#define _mm_cvtepi8_epi16 sse2_cvtepi8_epi16
#define _mm_mullo_epi32 sse2_mullo_epi32
#define _mm_blendv_epi8 sse2_select  // whole lanes only
#define _mm_blend_epi16(even, odd, odd_lanes) sse2_odd_lanes(even, odd)
#endif
