#include <math.h>

#include "mote/kernels/fixed_point/fixed_point.h"
#include "mote/kernels/l2_normalization/l2_normalization.h"
#include "mote/kernels/reference_rows.h"

// Keeps a row of zeros from dividing by zero.
static const float kEpsilon = 1e-6F;

void mote_l2_normalization_f32_reference(const mote_l2_normalization_params* p, const float* x,
                                         float* y) {
  for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {
    float squares = 0.0F;
    for (int32_t c = 0; c < p->depth; ++c) squares += x[c] * x[c];
    const float norm = fmaxf(sqrtf(squares), kEpsilon);
    for (int32_t c = 0; c < p->depth; ++c) y[c] = x[c] / norm;
  }
}

// Results are in steps of 2^-7. i8 puts them into the multiplier, u8 into the value; the roundings
// differ.
static int32_t scale_i8(int32_t centred, mote_multiplier inverse) {
  const mote_multiplier m = {inverse.multiplier, inverse.shift + 7};
  return mote_requantize_i32(centred, m, MOTE_ROUND_DOUBLE);
}

static int32_t scale_u8(int32_t centred, mote_multiplier inverse) {
  return mote_requantize_i32(128 * centred, inverse, MOTE_ROUND_DOUBLE) + 128;
}

#define DEFINE_L2(NAME, T, SCALE, LOW, HIGH)                                    \
  void NAME(const mote_l2_normalization_params* p, const T* x, T* y) {          \
    for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) { \
      int32_t squares = 0;                                                      \
      for (int32_t c = 0; c < p->depth; ++c) {                                  \
        const int32_t centred = x[c] - p->x_zero_point;                         \
        squares += centred * centred;                                           \
      }                                                                         \
      const mote_multiplier inverse = mote_fixed_inverse_sqrt(squares);         \
      for (int32_t c = 0; c < p->depth; ++c) {                                  \
        const int32_t value = SCALE(x[c] - p->x_zero_point, inverse);           \
        y[c] = (T)mote_clamp_i32(value, LOW, HIGH);                             \
      }                                                                         \
    }                                                                           \
  }
DEFINE_L2(mote_l2_normalization_i8_reference, int8_t, scale_i8, INT8_MIN, INT8_MAX)
DEFINE_L2(mote_l2_normalization_u8_reference, uint8_t, scale_u8, 0, UINT8_MAX)

MOTE_RUN_UNARY(run_l2_normalization_f32, mote_l2_normalization_f32_reference)
MOTE_RUN_UNARY(run_l2_normalization_i8, mote_l2_normalization_i8_reference)
MOTE_RUN_UNARY(run_l2_normalization_u8, mote_l2_normalization_u8_reference)

const mote_kernel mote_kernels_l2_normalization_reference[] = {
    {.name = "l2_normalization_f32_reference",
     .family = "l2_normalization_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("l2_normalization/reference.c", run_l2_normalization_f32),
     .params_layout = &mote_l2_normalization_layout},
    {.name = "l2_normalization_i8_reference",
     .family = "l2_normalization_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("l2_normalization/reference.c", run_l2_normalization_i8),
     .params_layout = &mote_l2_normalization_layout},
    {.name = "l2_normalization_u8_reference",
     .family = "l2_normalization_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("l2_normalization/reference.c", run_l2_normalization_u8),
     .params_layout = &mote_l2_normalization_layout},
    MOTE_KERNELS_END};
