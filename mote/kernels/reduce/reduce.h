// Reductions of a tensor over some of its axes.
//
//   mote_reduce_params p = {.rank = 4, .shape = {1, 7, 7, 64}, .reduced = {0, 1, 1, 0}};
//   mote_mean_f32_reference(&p, x, y);  // y [1,1,1,64], whether its ones are kept or not
//
// Elements are taken in row-major order. Integers equal TensorFlow Lite Micro's reference kernels.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_REDUCE_MAX_RANK 8

typedef struct mote_reduce_params {
  int32_t rank;
  int32_t shape[MOTE_REDUCE_MAX_RANK];
  int32_t reduced[MOTE_REDUCE_MAX_RANK];  // 1 where the axis goes
  // Integer mean and sum only, from here on.
  int32_t x_zero_point, y_zero_point, y_min, y_max;
  mote_multiplier multiplier;
  mote_rounding rounding;
} mote_reduce_params;

/// Fills `multiplier` from the scales; needs rank, shape and reduced. For sums `is_mean` is 0.
void mote_reduce_prepare(float x_scale, float y_scale, int32_t is_mean, mote_reduce_params* p);

/// What the integer sum of `n` elements is stored as.
static inline int32_t mote_reduce_requantized(const mote_reduce_params* p, int32_t sum, int64_t n) {
  const int32_t centred = (int32_t)(sum - p->x_zero_point * n);
  const int32_t scaled = mote_requantize_i32(centred, p->multiplier, p->rounding);
  return mote_clamp_i32(mote_wrapping_add(scaled, p->y_zero_point), p->y_min, p->y_max);
}

#define MOTE_DECLARE_REDUCE(NAME, X, Y) \
  void mote_##NAME##_reference(const mote_reduce_params* p, const X* x, Y* y);
MOTE_DECLARE_REDUCE(mean_f32, float, float)
MOTE_DECLARE_REDUCE(mean_i8, int8_t, int8_t)
MOTE_DECLARE_REDUCE(mean_i16, int16_t, int16_t)
MOTE_DECLARE_REDUCE(mean_u8, uint8_t, uint8_t)
MOTE_DECLARE_REDUCE(sum_f32, float, float)
MOTE_DECLARE_REDUCE(sum_i8, int8_t, int8_t)
MOTE_DECLARE_REDUCE(sum_i16, int16_t, int16_t)
MOTE_DECLARE_REDUCE(sum_u8, uint8_t, uint8_t)
MOTE_DECLARE_REDUCE(reduce_max_f32, float, float)
MOTE_DECLARE_REDUCE(reduce_max_i8, int8_t, int8_t)
MOTE_DECLARE_REDUCE(reduce_max_i16, int16_t, int16_t)
MOTE_DECLARE_REDUCE(reduce_max_u8, uint8_t, uint8_t)
MOTE_DECLARE_REDUCE(reduce_min_f32, float, float)
MOTE_DECLARE_REDUCE(reduce_min_i8, int8_t, int8_t)
MOTE_DECLARE_REDUCE(reduce_min_i16, int16_t, int16_t)
MOTE_DECLARE_REDUCE(reduce_min_u8, uint8_t, uint8_t)
#undef MOTE_DECLARE_REDUCE

/// For code generation (params_layout.h).
extern const struct mote_struct mote_reduce_layout;

#ifdef __cplusplus
}
#endif
