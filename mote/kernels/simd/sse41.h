// The vector vocabulary of integer kernels on 128 bits: SSE4.1, or SSE2; and dot products of pairs
// of i16: PMADDWD, exact for all i8. For .c files only.
#pragma once

#include <stdint.h>

#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/intrinsics_sse41.h"
#include "mote/kernels/simd/store_bytes.h"

enum { SIMD_LANES = 4 };
typedef __m128i simd_i32;

SIMD_INLINE simd_i32 simd_zero(void) { return _mm_setzero_si128(); }
SIMD_INLINE simd_i32 simd_load(const int32_t* from) {
  return _mm_loadu_si128((const __m128i*)(const void*)from);
}
SIMD_INLINE void simd_store(int32_t* to, simd_i32 v) { _mm_storeu_si128((__m128i*)(void*)to, v); }
SIMD_INLINE simd_i32 simd_add(simd_i32 a, simd_i32 b) { return _mm_add_epi32(a, b); }

// 2^count as f32 has count in its exponent; exact for count <= 30.
SIMD_INLINE simd_i32 simd_power_of_2(simd_i32 counts) {
  const __m128i exponent = _mm_slli_epi32(_mm_add_epi32(counts, _mm_set1_epi32(127)), 23);
  return _mm_cvttps_epi32(_mm_castsi128_ps(exponent));
}
SIMD_INLINE simd_i32 simd_shift_left(simd_i32 v, simd_i32 counts) {
  return _mm_mullo_epi32(v, simd_power_of_2(counts));
}

SIMD_INLINE simd_i32 simd_high_product(simd_i32 a, simd_i32 b) {
  const __m128i even = _mm_srli_epi64(_mm_mul_epu32(a, b), 32);
  const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32));
  return _mm_blend_epi16(even, odd, 0xCC);
}

// There is no shift of each lane by its own count. With 2^31 added a lane has no sign, and the high
// half of its product with 2^(32 - count) is it, shifted; less what became of the 2^31.
SIMD_INLINE simd_i32 simd_shift_right(simd_i32 v, simd_i32 counts) {
  const __m128i sign = _mm_set1_epi32(INT32_MIN);
  const __m128i none = _mm_cmpeq_epi32(counts, _mm_setzero_si128());
  // 2^31, which is none of i32, becomes INT32_MIN, its bits. Where the count is 0 it is not used.
  const __m128i powers = simd_power_of_2(_mm_sub_epi32(_mm_set1_epi32(32), counts));
  const __m128i high = simd_high_product(_mm_xor_si128(v, sign), powers);
  return _mm_blendv_epi8(_mm_sub_epi32(high, _mm_srli_epi32(powers, 1)), v, none);
}

SIMD_INLINE simd_i32 simd_decrement_below(simd_i32 v, simd_i32 u, simd_i32 threshold) {
  return _mm_add_epi32(v, _mm_cmpgt_epi32(threshold, u));
}

SIMD_INLINE simd_i32 simd_scale_f32(simd_i32 v, simd_i32 factor) {
  return _mm_cvtps_epi32(_mm_mul_ps(_mm_cvtepi32_ps(v), _mm_castsi128_ps(factor)));
}

// One, two or four vectors.
SIMD_INLINE void simd_store_i8(int vectors, const simd_i32* v, int32_t min, const int8_t* max,
                               int64_t count, int8_t* y) {
  const __m128i words = _mm_packs_epi32(v[0], v[vectors > 1 ? 1 : 0]);
  __m128i bytes = _mm_packs_epi16(words, vectors == 4 ? _mm_packs_epi32(v[2], v[3]) : words);
  bytes = _mm_max_epi8(bytes, _mm_set1_epi8((char)min));
  const __m128i* limits = (const __m128i*)(const void*)max;
  bytes = _mm_min_epi8(bytes, vectors == 4 ? _mm_loadu_si128(limits) : _mm_loadl_epi64(limits));
  if (count >= 16 && vectors == 4) {
    _mm_storeu_si128((__m128i*)(void*)y, bytes);
  } else if (count >= 8 && vectors < 4) {
    _mm_storel_epi64((__m128i*)(void*)y, bytes);
  } else {
    int8_t all[16];
    _mm_storeu_si128((__m128i*)(void*)all, bytes);
    simd_store_bytes(all, count, y);
  }
}

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
typedef __m128i simd_group;

// Narrow weights take half the memory and one more instruction: for layers that read each weight
// once, with MOTE_SIMD_NARROW_WEIGHTS.
#if defined(MOTE_SIMD_NARROW_WEIGHTS)
typedef int8_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i*)(const void*)w));
}
#else
typedef int16_t simd_weight;
SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  return _mm_loadu_si128((const __m128i*)(const void*)w);
}
#endif
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t two;
  memcpy(&two, x, sizeof two);
  return _mm_set1_epi32(two);
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return _mm_add_epi32(sum, _mm_madd_epi16(x, w));
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  for (; count >= 8; count -= 8, x += 8, to += 8) {
    const __m128i bytes = _mm_loadl_epi64((const __m128i*)(const void*)x);
    _mm_storeu_si128((__m128i*)(void*)to, _mm_cvtepi8_epi16(bytes));
  }
  for (int64_t i = 0; i < count; ++i) to[i] = x[i];
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const __m128i v = _mm_set1_epi16((int16_t)value);
  for (; count > 0; count -= 8, to += 8) _mm_storeu_si128((__m128i*)(void*)to, v);
}

SIMD_INLINE void simd_mix_8(const int8_t* const rows[SIMD_DEPTH], int64_t at, simd_element* to) {
  const __m128i a = _mm_loadl_epi64((const __m128i*)(const void*)(rows[0] + at));
  const __m128i b = _mm_loadl_epi64((const __m128i*)(const void*)(rows[1] + at));
  const __m128i pairs = _mm_unpacklo_epi8(a, b);
  __m128i* y = (__m128i*)(void*)to;
  _mm_storeu_si128(y, _mm_cvtepi8_epi16(pairs));
  _mm_storeu_si128(y + 1, _mm_cvtepi8_epi16(_mm_srli_si128(pairs, 8)));
}

#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
