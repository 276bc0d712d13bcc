// Products of i16 on ARM64: SMLAL, one at a time for each lane. For .c files only.
#pragma once

#include "mote/kernels/simd/neon.h"

typedef int16_t simd_element;
typedef int16_t simd_weight;
#define SIMD_MOST_PANELS 4
#define SIMD_MOST_ROWS_2 12
enum {
  SIMD_DEPTH = 1,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  SIMD_ROWS_4 = 6,
  SIMD_ROWS_2 = SIMD_MOST_ROWS_2,
  SIMD_ROWS_1 = 12,
};
typedef int16x4_t simd_group;

SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) { return vld1_s16(w); }
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) { return vld1_dup_s16(x); }
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  return vmlal_s16(sum, w, x);
}

SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  for (; count >= 8; count -= 8, x += 8, to += 8) vst1q_s16(to, vmovl_s8(vld1_s8(x)));
  for (int64_t i = 0; i < count; ++i) to[i] = x[i];
}

SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  const int16x8_t v = vdupq_n_s16((int16_t)value);
  for (; count > 0; count -= 8, to += 8) vst1q_s16(to, v);
}

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  simd_convert(rows[0], count, to);
}
