// Dot products of bytes on 512 bits: VPDPBUSD, unsigned activations times signed weights. For .c
// files only.
#pragma once

#include "mote/kernels/simd/avx512.h"

typedef uint8_t simd_element;
typedef int8_t simd_weight;
#define SIMD_MOST_PANELS 4
#define SIMD_MOST_ROWS_2 12
enum {
  SIMD_DEPTH = 4,
  SIMD_OFFSET = 128,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // 24 accumulators, one vector of activations, and the weights of a block fit 32 registers.
  SIMD_ROWS_4 = 6,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef __m512i simd_group;

SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) { return _mm512_loadu_si512(w); }
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return _mm512_dpbusd_epi32(sum, x, w);
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  for (; count >= 64; count -= 64, x += 64, to += 64) {
    _mm512_storeu_si512(to, _mm512_xor_si512(_mm512_loadu_si512(x), flip));
  }
  if (count > 0) {
    const __m512i v = _mm512_maskz_loadu_epi8(simd_first_bytes(count), x);
    _mm512_storeu_si512(to, _mm512_xor_si512(v, flip));
  }
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const __m512i v = _mm512_set1_epi8((char)(value + SIMD_OFFSET));
  for (; count > 0; count -= 64, to += 64) _mm512_storeu_si512(to, v);
}

#include "mote/kernels/simd/mix_bytes_x86.h"
#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  // What unpacking puts side by side comes from the same quarter: dword i of quarter k is to be the
  // elements from 16 i + 4 k on.
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  for (; i + 64 <= count; i += 64) {
    __m512i x[SIMD_DEPTH];
    for (int d = 0; d < SIMD_DEPTH; ++d) {
      const __m512i bytes = _mm512_loadu_si512(rows[d] + i);
      x[d] = _mm512_permutexvar_epi32(order, _mm512_xor_si512(bytes, flip));
    }
    const __m512i ab_low = _mm512_unpacklo_epi8(x[0], x[1]);
    const __m512i ab_high = _mm512_unpackhi_epi8(x[0], x[1]);
    const __m512i cd_low = _mm512_unpacklo_epi8(x[2], x[3]);
    const __m512i cd_high = _mm512_unpackhi_epi8(x[2], x[3]);
    simd_element* y = to + i * SIMD_DEPTH;
    _mm512_storeu_si512(y, _mm512_unpacklo_epi16(ab_low, cd_low));
    _mm512_storeu_si512(y + 64, _mm512_unpackhi_epi16(ab_low, cd_low));
    _mm512_storeu_si512(y + 128, _mm512_unpacklo_epi16(ab_high, cd_high));
    _mm512_storeu_si512(y + 192, _mm512_unpackhi_epi16(ab_high, cd_high));
  }
  for (; i + 16 <= count; i += 16) simd_mix_16(rows, i, to + i * SIMD_DEPTH);
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
