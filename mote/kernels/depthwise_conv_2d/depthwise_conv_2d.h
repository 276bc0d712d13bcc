// Depthwise convolution: every input channel has its own filters.
// x [n,h,w,ic], w [1,kh,kw,oc], bias [oc] -> y [n,oh,ow,oc] with oc = ic * multiplier; output
// channel o reads input channel o / multiplier.
//
//   mote_depthwise_conv_2d_i8_reference(&p, x, weights, bias, y);
//
// Padding, types, accumulators and exactness as in conv_2d.h.
#pragma once

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_depthwise_conv_2d_params {
  int32_t n, h, w, ic;
  int32_t kh, kw;
  int32_t oh, ow;
  int32_t multiplier;
  int32_t stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t x_zero_point, w_zero_point;  // integers only
  mote_output_stage output;            // integers only
  float y_min, y_max;                  // f32 and hybrid only
} mote_depthwise_conv_2d_params;

/// Parameters of the rows of depthwise_conv_2d_hybrid.
typedef struct mote_depthwise_conv_2d_hybrid_params {
  mote_depthwise_conv_2d_params layer;
  mote_hybrid_weights weights;
} mote_depthwise_conv_2d_hybrid_params;

void mote_depthwise_conv_2d_f32_reference(const mote_depthwise_conv_2d_params* p, const float* x,
                                          const float* w, const float* bias, float* y);
void mote_depthwise_conv_2d_i8_reference(const mote_depthwise_conv_2d_params* p, const int8_t* x,
                                         const int8_t* w, const int32_t* bias, int8_t* y);
void mote_depthwise_conv_2d_i16_reference(const mote_depthwise_conv_2d_params* p, const int16_t* x,
                                          const int8_t* w, const int64_t* bias, int16_t* y);
void mote_depthwise_conv_2d_u8_reference(const mote_depthwise_conv_2d_params* p, const uint8_t* x,
                                         const uint8_t* w, const int32_t* bias, uint8_t* y);
/// Dynamic range, as in conv_2d.h.
void mote_depthwise_conv_2d_hybrid_reference(const mote_depthwise_conv_2d_params* p,
                                             const mote_hybrid_scales* scales, const int8_t* x,
                                             const int8_t* w, const float* bias, float* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_depthwise_conv_2d_layout;

#ifdef __cplusplus
}
#endif
