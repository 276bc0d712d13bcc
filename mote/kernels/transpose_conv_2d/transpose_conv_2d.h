// Transposed convolution: x [n,h,w,ic] scattered through w [oc,kh,kw,ic/groups] -> y [n,oh,ow,oc].
//
// Input pixel (i, j) adds x * w[:,a,b,:] to output (i*stride_h + a - pad_top, j*stride_w + b -
// pad_left); what falls outside of the output is dropped. `bias` may be NULL. Written as a gather
// over the outputs, so that no accumulator buffer is needed; float sums therefore run over the
// taps, not the inputs. Integers equal TensorFlow Lite Micro's reference kernels, as in conv_2d.h.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_transpose_conv_2d_params {
  int32_t n, h, w, ic;
  int32_t kh, kw;
  int32_t oh, ow, oc;
  int32_t groups;
  int32_t stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t x_zero_point, w_zero_point;  // integers only
  mote_output_stage output;            // integers only
  float y_min, y_max;                  // f32 only
} mote_transpose_conv_2d_params;

void mote_transpose_conv_2d_f32_reference(const mote_transpose_conv_2d_params* p, const float* x,
                                          const float* w, const float* bias, float* y);
void mote_transpose_conv_2d_i8_reference(const mote_transpose_conv_2d_params* p, const int8_t* x,
                                         const int8_t* w, const int32_t* bias, int8_t* y);
void mote_transpose_conv_2d_i16_reference(const mote_transpose_conv_2d_params* p, const int16_t* x,
                                          const int8_t* w, const int64_t* bias, int16_t* y);
void mote_transpose_conv_2d_u8_reference(const mote_transpose_conv_2d_params* p, const uint8_t* x,
                                         const uint8_t* w, const int32_t* bias, uint8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_transpose_conv_2d_layout;

#ifdef __cplusplus
}
#endif
