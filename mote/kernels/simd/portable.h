// The vector vocabulary of integer kernels in C11, in loops that compilers make vectors of. For .c
// files only.
#pragma once

#include <stdint.h>
#include <string.h>

#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/simd/inline.h"

enum { SIMD_LANES = 8 };
typedef struct simd_i32 {
  int32_t lane[SIMD_LANES];
} simd_i32;

#define SIMD_EACH(EXPRESSION)                                         \
  do {                                                                \
    for (int i = 0; i < SIMD_LANES; ++i) result.lane[i] = EXPRESSION; \
  } while (0)

SIMD_INLINE simd_i32 simd_zero(void) { return (simd_i32){{0}}; }
SIMD_INLINE simd_i32 simd_load(const int32_t* from) {
  simd_i32 result;
  memcpy(&result, from, sizeof result);
  return result;
}
SIMD_INLINE void simd_store(int32_t* to, simd_i32 v) { memcpy(to, &v, sizeof v); }
SIMD_INLINE simd_i32 simd_add(simd_i32 a, simd_i32 b) {
  simd_i32 result;
  SIMD_EACH((int32_t)((uint32_t)a.lane[i] + (uint32_t)b.lane[i]));
  return result;
}
SIMD_INLINE simd_i32 simd_shift_left(simd_i32 v, simd_i32 counts) {
  simd_i32 result;
  SIMD_EACH((int32_t)((uint32_t)v.lane[i] << counts.lane[i]));
  return result;
}
SIMD_INLINE simd_i32 simd_shift_right(simd_i32 v, simd_i32 counts) {
  simd_i32 result;
  SIMD_EACH(v.lane[i] >> counts.lane[i]);
  return result;
}
SIMD_INLINE simd_i32 simd_high_product(simd_i32 a, simd_i32 b) {
  simd_i32 result;
  SIMD_EACH((int32_t)((uint64_t)(uint32_t)a.lane[i] * (uint32_t)b.lane[i] >> 32));
  return result;
}
SIMD_INLINE simd_i32 simd_decrement_below(simd_i32 v, simd_i32 u, simd_i32 threshold) {
  simd_i32 result;
  SIMD_EACH(v.lane[i] - (u.lane[i] < threshold.lane[i]));
  return result;
}
SIMD_INLINE simd_i32 simd_scale_f32(simd_i32 v, simd_i32 factor) {
  float factors[SIMD_LANES];
  memcpy(factors, &factor, sizeof factors);
  simd_i32 result;
  SIMD_EACH(mote_round_to_even_f32((float)v.lane[i] * factors[i]));
  return result;
}

SIMD_INLINE void simd_store_i8(int vectors, const simd_i32* v, int32_t min, const int8_t* max,
                               int64_t count, int8_t* y) {
  for (int q = 0; q < vectors; ++q) {
    const int64_t left = count - q * SIMD_LANES;
    for (int64_t i = 0; i < (left < SIMD_LANES ? left : SIMD_LANES); ++i) {
      const int32_t low = v[q].lane[i] < min ? min : v[q].lane[i];
      y[q * SIMD_LANES + i] =
          (int8_t)(low > max[q * SIMD_LANES + i] ? max[q * SIMD_LANES + i] : low);
    }
  }
}

typedef int16_t simd_element;
typedef int16_t simd_weight;
#define SIMD_MOST_PANELS 1
#define SIMD_MOST_ROWS_1 4
enum {
  SIMD_DEPTH = 1,
  SIMD_OFFSET = 0,
  SIMD_MAX_PANELS = SIMD_MOST_PANELS,
  SIMD_ROWS_4 = 0,
  SIMD_ROWS_2 = 0,
  SIMD_ROWS_1 = SIMD_MOST_ROWS_1,
};
typedef struct simd_group {
  int16_t lane[SIMD_LANES];
} simd_group;

SIMD_INLINE simd_group simd_load_weights(const simd_weight* w) {
  simd_group g;
  memcpy(&g, w, sizeof g);
  return g;
}
SIMD_INLINE simd_group simd_broadcast(const simd_element* x) {
  simd_group g;
  for (int i = 0; i < SIMD_LANES; ++i) g.lane[i] = *x;
  return g;
}
SIMD_INLINE simd_i32 simd_dot(simd_i32 sum, simd_group x, simd_group w) {
  simd_i32 result;
  SIMD_EACH((int32_t)((uint32_t)sum.lane[i] + (uint32_t)(x.lane[i] * w.lane[i])));
  return result;
}
SIMD_INLINE void simd_convert(const int8_t* x, int64_t count, simd_element* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = x[i];
}
SIMD_INLINE void simd_fill(int32_t value, int64_t count, simd_element* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = (simd_element)value;
}

SIMD_INLINE void simd_mix(const int8_t* const rows[SIMD_DEPTH], int64_t count, simd_element* to) {
  for (int64_t i = 0; i < count; ++i) {
    for (int d = 0; d < SIMD_DEPTH; ++d) {
      to[i * SIMD_DEPTH + d] = (simd_element)(rows[d][i] + SIMD_OFFSET);
    }
  }
}
