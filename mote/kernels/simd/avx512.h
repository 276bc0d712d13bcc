// The vector vocabulary of integer kernels (simd/README.md) on 512 bits: AVX-512 F, BW, DQ, VL.
// For .c files only.
#pragma once

#define MOTE_SIMD_AVX512
#include <stdint.h>

#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/intrinsics_x86.h"

enum { SIMD_LANES = 16 };
typedef __m512i simd_i32;

SIMD_INLINE simd_i32 simd_zero(void) { return _mm512_setzero_si512(); }
SIMD_INLINE simd_i32 simd_load(const int32_t* from) { return _mm512_loadu_si512(from); }
SIMD_INLINE void simd_store(int32_t* to, simd_i32 v) { _mm512_storeu_si512(to, v); }
SIMD_INLINE simd_i32 simd_add(simd_i32 a, simd_i32 b) { return _mm512_add_epi32(a, b); }
SIMD_INLINE simd_i32 simd_shift_left(simd_i32 v, simd_i32 counts) {
  return _mm512_sllv_epi32(v, counts);
}
SIMD_INLINE simd_i32 simd_shift_right(simd_i32 v, simd_i32 counts) {
  return _mm512_srav_epi32(v, counts);
}

SIMD_INLINE simd_i32 simd_high_product(simd_i32 a, simd_i32 b) {
  const __m512i even = _mm512_mul_epu32(a, b);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
  return _mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)_MM_SHUFFLE(3, 3, 1, 1));
}

SIMD_INLINE simd_i32 simd_decrement_below(simd_i32 v, simd_i32 u, simd_i32 threshold) {
  return _mm512_mask_sub_epi32(v, _mm512_cmpgt_epi32_mask(threshold, u), v, _mm512_set1_epi32(1));
}

SIMD_INLINE simd_i32 simd_scale_f32(simd_i32 v, simd_i32 factor) {
  return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(v), _mm512_castsi512_ps(factor)));
}

SIMD_INLINE uint64_t simd_first_bytes(int64_t count) {
  return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
}

SIMD_INLINE void simd_store_i8(int vectors, const simd_i32* v, int32_t min, const int8_t* max,
                               int64_t count, int8_t* y) {
  // Dword i of each 128-bit lane of the packed bytes belongs to vector i.
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  __m512i bytes;
  if (vectors == 1) {
    bytes = _mm512_castsi128_si512(_mm512_cvtsepi32_epi8(v[0]));
  } else {
    const __m512i low = _mm512_packs_epi32(v[0], v[1]);
    const __m512i high = vectors == 4 ? _mm512_packs_epi32(v[2], v[3]) : low;
    bytes = _mm512_permutexvar_epi32(order, _mm512_packs_epi16(low, high));
  }
  bytes = _mm512_max_epi8(bytes, _mm512_set1_epi8((char)min));
  bytes = _mm512_min_epi8(bytes, _mm512_loadu_si512(max));
  if (count < vectors * 16) {
    _mm512_mask_storeu_epi8(y, simd_first_bytes(count), bytes);
  } else if (vectors == 4) {
    _mm512_storeu_si512(y, bytes);
  } else if (vectors == 2) {
    _mm256_storeu_si256((__m256i*)(void*)y, _mm512_castsi512_si256(bytes));
  } else {
    _mm_storeu_si128((__m128i*)(void*)y, _mm512_castsi512_si128(bytes));
  }
}
