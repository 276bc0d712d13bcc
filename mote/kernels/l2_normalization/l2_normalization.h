// Rows divided by their Euclidean norm: x [rows,depth] -> y [rows,depth].
//
// Integer results have scale 1/128 and zero point 0 (u8: 128). Integers equal TensorFlow Lite
// Micro's.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_l2_normalization_params {
  int32_t rows, depth;
  int32_t x_zero_point;
} mote_l2_normalization_params;

void mote_l2_normalization_f32_reference(const mote_l2_normalization_params* p, const float* x,
                                         float* y);
void mote_l2_normalization_i8_reference(const mote_l2_normalization_params* p, const int8_t* x,
                                        int8_t* y);
void mote_l2_normalization_u8_reference(const mote_l2_normalization_params* p, const uint8_t* x,
                                        uint8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_l2_normalization_layout;

#ifdef __cplusplus
}
#endif
