// Fully connected layer: x [m,k] * w [n,k]^T + bias [n] -> y [m,n].
//
//   mote_fully_connected_params p = {.m = 1, .n = 10, .k = 64, .y_min = -FLT_MAX, .y_max =
//   FLT_MAX}; mote_fully_connected_f32_reference(&p, x, weights, bias, y);
//
// `bias` may be NULL. Accumulators and exactness as in conv_2d.h. LiteRT rounds once here
// (MOTE_ROUND_SINGLE), TensorFlow Lite Micro twice.
#pragma once

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_fully_connected_params {
  int32_t m, n, k;
  int32_t x_zero_point, w_zero_point;  // integers only
  mote_output_stage output;            // integers only
  float y_min, y_max;                  // f32 and hybrid only
} mote_fully_connected_params;

/// Parameters of the rows of fully_connected_hybrid.
typedef struct mote_fully_connected_hybrid_params {
  mote_fully_connected_params layer;
  mote_hybrid_weights weights;
} mote_fully_connected_hybrid_params;

void mote_fully_connected_f32_reference(const mote_fully_connected_params* p, const float* x,
                                        const float* w, const float* bias, float* y);
void mote_fully_connected_i8_reference(const mote_fully_connected_params* p, const int8_t* x,
                                       const int8_t* w, const int32_t* bias, int8_t* y);
/// i8 inputs whose result is stored as int16.
void mote_fully_connected_i8_i16_reference(const mote_fully_connected_params* p, const int8_t* x,
                                           const int8_t* w, const int32_t* bias, int16_t* y);
void mote_fully_connected_i16_reference(const mote_fully_connected_params* p, const int16_t* x,
                                        const int8_t* w, const int64_t* bias, int16_t* y);
void mote_fully_connected_i16_b32_reference(const mote_fully_connected_params* p, const int16_t* x,
                                            const int8_t* w, const int32_t* bias, int16_t* y);
void mote_fully_connected_u8_reference(const mote_fully_connected_params* p, const uint8_t* x,
                                       const uint8_t* w, const int32_t* bias, uint8_t* y);
/// Dynamic range: f32 activations that became i8 row by row, i8 weights.
void mote_fully_connected_hybrid_reference(const mote_fully_connected_params* p,
                                           const mote_hybrid_scales* scales, const int8_t* x,
                                           const int8_t* w, const float* bias, float* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_fully_connected_layout;

#ifdef __cplusplus
}
#endif
