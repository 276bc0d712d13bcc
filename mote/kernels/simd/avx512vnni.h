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
