// Dot products of pairs of i16 on 256 bits: VPMADDWD, exact for all i8. For .c files only.
#pragma once

#include "mote/kernels/simd/avx2.h"

typedef int16_t simd_element;
#define SIMD_MOST_PANELS 2
#define SIMD_MOST_ROWS_2 6
enum {
  SIMD_DEPTH = 2,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // 12 accumulators, a product, and the operands of one fit 16 registers.
  SIMD_ROWS_4 = 0,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef __m256i simd_group;

// Narrow weights take half the memory and one more instruction: for layers that read each weight
// once, with MOTE_SIMD_NARROW_WEIGHTS.
#if defined(MOTE_SIMD_NARROW_WEIGHTS)
typedef int8_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)(const void*)w));
}
#else
typedef int16_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm256_loadu_si256((const __m256i*)(const void*)w);
}
#endif
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t two;
  memcpy(&two, x, sizeof two);
  return _mm256_set1_epi32(two);
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  for (; count >= 16; count -= 16, x += 16, to += 16) {
    const __m128i bytes = _mm_loadu_si128((const __m128i*)(const void*)x);
    _mm256_storeu_si256((__m256i*)(void*)to, _mm256_cvtepi8_epi16(bytes));
  }
  for (int64_t i = 0; i < count; ++i) to[i] = x[i];
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const __m256i v = _mm256_set1_epi16((int16_t)value);
  for (; count > 0; count -= 16, to += 16) _mm256_storeu_si256((__m256i*)(void*)to, v);
}

SIMD_INLINE void simd_mix_8(const int8_t* const rows[SIMD_DEPTH], int64_t at, simd_element* to) {
  const __m128i a = _mm_loadl_epi64((const __m128i*)(const void*)(rows[0] + at));
  const __m128i b = _mm_loadl_epi64((const __m128i*)(const void*)(rows[1] + at));
  _mm256_storeu_si256((__m256i*)(void*)to, _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(a, b)));
}

#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i a = _mm_loadu_si128((const __m128i*)(const void*)(rows[0] + i));
    const __m128i b = _mm_loadu_si128((const __m128i*)(const void*)(rows[1] + i));
    __m256i* y = (__m256i*)(void*)(to + i * SIMD_DEPTH);
    _mm256_storeu_si256(y, _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(a, b)));
    _mm256_storeu_si256(y + 1, _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(a, b)));
  }
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
