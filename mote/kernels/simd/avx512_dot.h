// Dot products of pairs of i16 on 512 bits: VPMADDWD, exact for all i8; for AVX-512 without VNNI.
// For .c files only.
#pragma once

#include "mote/kernels/simd/avx512.h"

typedef int16_t simd_element;
#define SIMD_MOST_PANELS 4
#define SIMD_MOST_ROWS_2 12
enum {
  SIMD_DEPTH = 2,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // 24 accumulators, a product, one vector of activations and the weights of a block fit 32
  // registers.
  SIMD_ROWS_4 = 6,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef __m512i simd_group;

// Narrow weights: see avx2_dot.h.
#if defined(MOTE_SIMD_NARROW_WEIGHTS)
typedef int8_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)(const void*)w));
}
#else
typedef int16_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) { return _mm512_loadu_si512(w); }
#endif
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t two;
  __builtin_memcpy(&two, x, sizeof two);
  return _mm512_set1_epi32(two);
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(x, w));
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  for (; count >= 32; count -= 32, x += 32, to += 32) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i*)(const void*)x);
    _mm512_storeu_si512(to, _mm512_cvtepi8_epi16(bytes));
  }
  if (count > 0) {
    const __m512i bytes = _mm512_maskz_loadu_epi8(simd_first_bytes(count), x);
    _mm512_storeu_si512(to, _mm512_cvtepi8_epi16(_mm512_castsi512_si256(bytes)));
  }
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const __m512i v = _mm512_set1_epi16((int16_t)value);
  for (; count > 0; count -= 32, to += 32) _mm512_storeu_si512(to, v);
}

SIMD_INLINE void simd_mix_8(const int8_t* const rows[SIMD_DEPTH], int64_t at, simd_element* to) {
  const __m128i a = _mm_loadl_epi64((const __m128i*)(const void*)(rows[0] + at));
  const __m128i b = _mm_loadl_epi64((const __m128i*)(const void*)(rows[1] + at));
  _mm256_storeu_si256((__m256i*)(void*)to, _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(a, b)));
}

#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i x[SIMD_DEPTH];
    for (int d = 0; d < SIMD_DEPTH; ++d) {
      // Quarters 0 2 1 3: unpacking keeps to halves.
      const __m256i bytes = _mm256_loadu_si256((const __m256i*)(const void*)(rows[d] + i));
      x[d] = _mm256_permute4x64_epi64(bytes, 0xD8);
    }
    simd_element* y = to + i * SIMD_DEPTH;
    _mm512_storeu_si512(y, _mm512_cvtepi8_epi16(_mm256_unpacklo_epi8(x[0], x[1])));
    _mm512_storeu_si512(y + 32, _mm512_cvtepi8_epi16(_mm256_unpackhi_epi8(x[0], x[1])));
  }
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
