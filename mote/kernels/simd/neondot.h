// Dot products of four i8 on ARM64: SDOT. For .c files only.
#pragma once

#include "mote/kernels/simd/neon.h"

typedef int8_t simd_element;
typedef int8_t simd_weight;
#define SIMD_MOST_PANELS 4
#define SIMD_MOST_ROWS_2 12
enum {
  SIMD_DEPTH = 4,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  // 24 accumulators, one vector of activations, and the weights of a block fit 32 registers.
  SIMD_ROWS_4 = 6,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef int8x16_t simd_group;

SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) { return vld1q_s8(w); }
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return vdotq_s32(sum, w, x);
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  memcpy(to, x, (size_t)count);
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const int8x16_t v = vdupq_n_s8((int8_t)value);
  for (; count > 0; count -= 16, to += 16) vst1q_s8(to, v);
}

SIMD_INLINE void simd_mix_8(const int8_t* const rows[SIMD_DEPTH], int64_t at, simd_element* to) {
  int8x8x4_t x;
  for (int d = 0; d < SIMD_DEPTH; ++d) x.val[d] = vld1_s8(rows[d] + at);
  vst4_s8(to, x);
}

#include "mote/kernels/simd/mix_rest.h"

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    int8x16x4_t x;
    for (int d = 0; d < SIMD_DEPTH; ++d) x.val[d] = vld1q_s8(rows[d] + i);
    vst4q_s8(to + i * SIMD_DEPTH, x);
  }
  for (; i + 8 <= count; i += 8) simd_mix_8(rows, i, to + i * SIMD_DEPTH);
  if (i < count) simd_mix_rest(rows, i, count - i, to + i * SIMD_DEPTH);
}
