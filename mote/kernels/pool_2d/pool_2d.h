// Average and maximum over windows: x [n,h,w,c] -> y [n,oh,ow,c].
//
// Cells outside of x count neither for the sum nor, without include_padding, for the divisor. A
// window must overlap x in at least one cell. Integer averages round to nearest, ties away from
// zero, and keep scale and zero point. Types: f32, i8, i16, u8. Exactness: integers equal
// TensorFlow Lite Micro's.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_pool_2d_params {
  int32_t n, h, w, c;
  int32_t kh, kw;
  int32_t oh, ow;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left, pad_bottom, pad_right;  // the last two count for include_padding only
  int32_t include_padding;                           // average: cells of the padding count as zeros
  int32_t y_min, y_max;                              // integers only
  float y_min_f32, y_max_f32;                        // f32 only
} mote_pool_2d_params;

void mote_average_pool_2d_f32_reference(const mote_pool_2d_params* p, const float* x, float* y);
void mote_average_pool_2d_i8_reference(const mote_pool_2d_params* p, const int8_t* x, int8_t* y);
void mote_average_pool_2d_i16_reference(const mote_pool_2d_params* p, const int16_t* x, int16_t* y);
void mote_average_pool_2d_u8_reference(const mote_pool_2d_params* p, const uint8_t* x, uint8_t* y);
void mote_max_pool_2d_f32_reference(const mote_pool_2d_params* p, const float* x, float* y);
void mote_max_pool_2d_i8_reference(const mote_pool_2d_params* p, const int8_t* x, int8_t* y);
void mote_max_pool_2d_i16_reference(const mote_pool_2d_params* p, const int16_t* x, int16_t* y);
void mote_max_pool_2d_u8_reference(const mote_pool_2d_params* p, const uint8_t* x, uint8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_pool_2d_layout;

#ifdef __cplusplus
}
#endif
