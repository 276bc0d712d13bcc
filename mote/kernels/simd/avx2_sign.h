// Dot products of bytes on 256 bits by AVX2: VPMADDUBSW of |x| and the weights with the signs of x.
// |x| <= 128 and |w| <= 127, so that two products fit 16 bits: exact but for weights of -128,
// which MOTE_SIMD_LEAST_WEIGHT says. For layers that read each weight once: half the
// bytes of avx2_dot.h. For .c files only.
#pragma once

#include "mote/kernels/simd/avx2.h"

#define MOTE_SIMD_LEAST_WEIGHT (-127)
typedef int8_t simd_element;
typedef int8_t simd_weight;
#define SIMD_MOST_PANELS 4
#define SIMD_MOST_ROWS_2 6
enum {
  SIMD_DEPTH = 4,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // Accumulators, and the operands of a product, fit 16 registers.
  SIMD_ROWS_4 = 2,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 8,
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
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(w, x));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  memcpy(to, x, (size_t)count);
}
