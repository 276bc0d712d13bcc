// The vector vocabulary of integer kernels on 256 bits: AVX2. For .c files only.
#pragma once

#include <stdint.h>

#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/intrinsics_x86.h"
#include "mote/kernels/simd/store_bytes.h"

enum { SIMD_LANES = 8 };
typedef __m256i simd_i32;

SIMD_INLINE simd_i32 simd_zero(void) { return _mm256_setzero_si256(); }
SIMD_INLINE simd_i32 simd_load(const int32_t* from) {
  return _mm256_loadu_si256((const __m256i*)(const void*)from);
}
SIMD_INLINE void simd_store(int32_t* to, simd_i32 v) {
  _mm256_storeu_si256((__m256i*)(void*)to, v);
}
SIMD_INLINE simd_i32 simd_add(simd_i32 a, simd_i32 b) { return _mm256_add_epi32(a, b); }
SIMD_INLINE simd_i32 simd_shift_left(simd_i32 v, simd_i32 counts) {
  return _mm256_sllv_epi32(v, counts);
}
SIMD_INLINE simd_i32 simd_shift_right(simd_i32 v, simd_i32 counts) {
  return _mm256_srav_epi32(v, counts);
}

SIMD_INLINE simd_i32 simd_high_product(simd_i32 a, simd_i32 b) {
  const __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(a, b), 32);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
  return _mm256_blend_epi32(even, odd, 0xAA);
}

SIMD_INLINE simd_i32 simd_decrement_below(simd_i32 v, simd_i32 u, simd_i32 threshold) {
  return _mm256_add_epi32(v, _mm256_cmpgt_epi32(threshold, u));
}

SIMD_INLINE simd_i32 simd_scale_f32(simd_i32 v, simd_i32 factor) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(v), _mm256_castsi256_ps(factor)));
}

/// Clamps and stores the first `count` of 32 bytes.
SIMD_INLINE void simd_store_32_bytes(__m256i bytes, int32_t min, const int8_t* max, int64_t count,
                                     int8_t* y) {
  bytes = _mm256_max_epi8(bytes, _mm256_set1_epi8((char)min));
  bytes = _mm256_min_epi8(bytes, _mm256_loadu_si256((const __m256i*)(const void*)max));
  if (count >= 32) {
    _mm256_storeu_si256((__m256i*)(void*)y, bytes);
    return;
  }
  int8_t all[32];
  _mm256_storeu_si256((__m256i*)(void*)all, bytes);
  if (count >= 16) memcpy(y, all, 16);
  simd_store_bytes(all + (count & 16), count & 15, y + (count & 16));
}

// One, two or four vectors.
SIMD_INLINE void simd_store_i8(int vectors, const simd_i32* v, int32_t min, const int8_t* max,
                               int64_t count, int8_t* y) {
  if (vectors == 4) {
    const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
    const __m256i all =
        _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
    simd_store_32_bytes(_mm256_permutevar8x32_epi32(all, order), min, max, count, y);
    return;
  }
  // Words of both, in the order of their halves: a a b b.
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(v[0], v[vectors - 1]), 0xD8);
  __m128i bytes =
      _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  bytes = _mm_max_epi8(bytes, _mm_set1_epi8((char)min));
  bytes = _mm_min_epi8(bytes, _mm_loadu_si128((const __m128i*)(const void*)max));
  if (count >= 16) {
    _mm_storeu_si128((__m128i*)(void*)y, bytes);
  } else {
    int8_t all[16];
    _mm_storeu_si128((__m128i*)(void*)all, bytes);
    simd_store_bytes(all, count, y);
  }
}
