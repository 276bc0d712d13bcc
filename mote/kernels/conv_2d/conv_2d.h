// Convolution over images: x [n,h,w,ic] * w [oc,kh,kw,ic/groups] + bias [oc] -> y [n,oh,ow,oc].
//
//   mote_conv_2d_params p = {.n = 1, .h = 8, .w = 8, .ic = 3, .oc = 16, .kh = 3, .kw = 3, ...};
//   mote_conv_2d_i8_reference(&p, x, weights, bias, y);
//
// y[n,i,j,o] = sum over a,b,c of x[n, i*stride_h + a*dilation_h - pad_top, ...] * w[o,a,b,c] +
// bias[o]; reads outside of x count as real zero (the zero point). Padding at the bottom and at the
// right follows from oh and ow. `bias` may be NULL. Integer accumulators: 32 bits hold 2^31 / (255
// * 127) = 66,000 terms of i8; the 64-bit kind, any. Exactness: integers equal TensorFlow Lite
// Micro's reference kernels; f32 sums taps in order.
#pragma once

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_conv_2d_params {
  int32_t n, h, w, ic;
  int32_t kh, kw;
  int32_t oh, ow, oc;
  int32_t groups;
  int32_t stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t x_zero_point, w_zero_point;  // integers only; w_zero_point is 0 but for u8
  mote_output_stage output;            // integers only
  float y_min, y_max;                  // f32 and hybrid only
} mote_conv_2d_params;

/// Parameters of the rows of conv_2d_hybrid.
typedef struct mote_conv_2d_hybrid_params {
  mote_conv_2d_params layer;
  mote_hybrid_weights weights;
} mote_conv_2d_hybrid_params;

void mote_conv_2d_f32_reference(const mote_conv_2d_params* p, const float* x, const float* w,
                                const float* bias, float* y);
void mote_conv_2d_i8_reference(const mote_conv_2d_params* p, const int8_t* x, const int8_t* w,
                               const int32_t* bias, int8_t* y);
/// int16 activations with 64-bit accumulators (the usual kind).
void mote_conv_2d_i16_reference(const mote_conv_2d_params* p, const int16_t* x, const int8_t* w,
                                const int64_t* bias, int16_t* y);
/// int16 activations with 32-bit bias and accumulators.
void mote_conv_2d_i16_b32_reference(const mote_conv_2d_params* p, const int16_t* x, const int8_t* w,
                                    const int32_t* bias, int16_t* y);
/// The older asymmetric kind: weights have a zero point too, one scale per tensor.
void mote_conv_2d_u8_reference(const mote_conv_2d_params* p, const uint8_t* x, const uint8_t* w,
                               const int32_t* bias, uint8_t* y);
/// Dynamic range: f32 activations that became i8 image by image, i8 weights.
void mote_conv_2d_hybrid_reference(const mote_conv_2d_params* p, const mote_hybrid_scales* scales,
                                   const int8_t* x, const int8_t* w, const float* bias, float* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_conv_2d_layout;

#ifdef __cplusplus
}
#endif
