// Dot products of bytes on 256 bits: VPDPBUSD, unsigned activations times signed weights. For .c
// files only.
#pragma once

#define MOTE_SIMD_AVXVNNI
#include "mote/kernels/simd/avx2.h"

typedef uint8_t simd_element;
typedef int8_t simd_weight;
#define SIMD_MOST_PANELS 2
#define SIMD_MOST_ROWS_2 6
enum {
  SIMD_DEPTH = 4,
  SIMD_OFFSET = 128,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // 12 accumulators and the operands of a product fit 16 registers.
  SIMD_ROWS_4 = 0,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef __m256i simd_group;

SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm256_loadu_si256((const __m256i*)(const void*)w);
}
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm256_set1_epi32(four);
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return _mm256_dpbusd_avx_epi32(sum, x, w);
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  const __m256i flip = _mm256_set1_epi8((char)0x80);
  for (; count >= 32; count -= 32, x += 32, to += 32) {
    const __m256i v = _mm256_loadu_si256((const __m256i*)(const void*)x);
    _mm256_storeu_si256((__m256i*)(void*)to, _mm256_xor_si256(v, flip));
  }
  for (int64_t i = 0; i < count; ++i) to[i] = (simd_element)(x[i] + SIMD_OFFSET);
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const __m256i v = _mm256_set1_epi8((char)(value + SIMD_OFFSET));
  for (; count > 0; count -= 32, to += 32) _mm256_storeu_si256((__m256i*)(void*)to, v);
}

#include "mote/kernels/simd/mix_bytes_x86.h"
#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  // What unpacking puts side by side comes from the same half: dword i of half k is to be the
  // elements from 8 i + 4 k on.
  const __m256i order = _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0);
  const __m256i flip = _mm256_set1_epi8((char)0x80);
  for (; i + 32 <= count; i += 32) {
    __m256i x[SIMD_DEPTH];
    for (int d = 0; d < SIMD_DEPTH; ++d) {
      const __m256i bytes = _mm256_loadu_si256((const __m256i*)(const void*)(rows[d] + i));
      x[d] = _mm256_permutevar8x32_epi32(_mm256_xor_si256(bytes, flip), order);
    }
    const __m256i ab_low = _mm256_unpacklo_epi8(x[0], x[1]);
    const __m256i ab_high = _mm256_unpackhi_epi8(x[0], x[1]);
    const __m256i cd_low = _mm256_unpacklo_epi8(x[2], x[3]);
    const __m256i cd_high = _mm256_unpackhi_epi8(x[2], x[3]);
    __m256i* y = (__m256i*)(void*)(to + i * SIMD_DEPTH);
    _mm256_storeu_si256(y, _mm256_unpacklo_epi16(ab_low, cd_low));
    _mm256_storeu_si256(y + 1, _mm256_unpackhi_epi16(ab_low, cd_low));
    _mm256_storeu_si256(y + 2, _mm256_unpacklo_epi16(ab_high, cd_high));
    _mm256_storeu_si256(y + 3, _mm256_unpackhi_epi16(ab_high, cd_high));
  }
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
