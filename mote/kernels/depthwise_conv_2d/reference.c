#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"

// The sum over the taps of output element at = {n, i, j, o}.
#define DEFINE_DOT(NAME, X, W, ACC)                                                           \
  static ACC NAME(const mote_depthwise_conv_2d_params* p, ACC x_zero, ACC w_zero, const X* x, \
                  const W* w, const int32_t at[4]) {                                          \
    const int32_t oc = p->ic * p->multiplier;                                                 \
    ACC sum = 0;                                                                              \
    for (int32_t a = 0; a < p->kh; ++a) {                                                     \
      for (int32_t b = 0; b < p->kw; ++b) {                                                   \
        const int32_t row = at[1] * p->stride_h + a * p->dilation_h - p->pad_top;             \
        const int32_t col = at[2] * p->stride_w + b * p->dilation_w - p->pad_left;            \
        if (row < 0 || row >= p->h || col < 0 || col >= p->w) continue;                       \
        const int64_t pixel = ((int64_t)at[0] * p->h + row) * p->w + col;                     \
        const ACC value = (ACC)x[pixel * p->ic + at[3] / p->multiplier] - x_zero;             \
        sum += value * ((ACC)w[((int64_t)a * p->kw + b) * oc + at[3]] - w_zero);              \
      }                                                                                       \
    }                                                                                         \
    return sum;                                                                               \
  }
DEFINE_DOT(dot_f32, float, float, float)
DEFINE_DOT(dot_i8, int8_t, int8_t, int32_t)
DEFINE_DOT(dot_u8, uint8_t, uint8_t, int32_t)
DEFINE_DOT(dot_i16, int16_t, int8_t, int64_t)

// Runs `STATEMENT` for every output element `*y` at [n, i, j, o].
#define FOR_EACH_OUTPUT(STATEMENT)                                 \
  for (int32_t n = 0; n < p->n; ++n) {                             \
    for (int32_t i = 0; i < p->oh; ++i) {                          \
      for (int32_t j = 0; j < p->ow; ++j) {                        \
        for (int32_t o = 0; o < p->ic * p->multiplier; ++o, ++y) { \
          const int32_t at[4] = {n, i, j, o};                      \
          STATEMENT;                                               \
        }                                                          \
      }                                                            \
    }                                                              \
  }

#define DEFINE_INTEGER(NAME, DOT, X, W, ACC, OUTPUT)                                         \
  void NAME(const mote_depthwise_conv_2d_params* p, const X* x, const W* w, const ACC* bias, \
            X* y) {                                                                          \
    FOR_EACH_OUTPUT({                                                                        \
      const ACC sum = DOT(p, p->x_zero_point, p->w_zero_point, x, w, at);                    \
      *y = (X)OUTPUT(&p->output, sum + (bias != NULL ? bias[o] : 0), o);                     \
    })                                                                                       \
  }
DEFINE_INTEGER(mote_depthwise_conv_2d_i8_reference, dot_i8, int8_t, int8_t, int32_t,
               mote_output_i32)
DEFINE_INTEGER(mote_depthwise_conv_2d_u8_reference, dot_u8, uint8_t, uint8_t, int32_t,
               mote_output_i32)
DEFINE_INTEGER(mote_depthwise_conv_2d_i16_reference, dot_i16, int16_t, int8_t, int64_t,
               mote_output_i64)

static float clamp_f32(const mote_depthwise_conv_2d_params* p, float v) {
  return v < p->y_min ? p->y_min : (v > p->y_max ? p->y_max : v);
}

void mote_depthwise_conv_2d_f32_reference(const mote_depthwise_conv_2d_params* p, const float* x,
                                          const float* w, const float* bias, float* y) {
  FOR_EACH_OUTPUT({
    const float sum = dot_f32(p, 0.0F, 0.0F, x, w, at);
    *y = clamp_f32(p, sum + (bias != NULL ? bias[o] : 0.0F));
  })
}

void mote_depthwise_conv_2d_hybrid_reference(const mote_depthwise_conv_2d_params* p,
                                             const mote_depthwise_conv_2d_hybrid* scales,
                                             const int8_t* x, const int8_t* w, const float* bias,
                                             float* y) {
  FOR_EACH_OUTPUT({
    const int32_t zero = scales->x_zero_points != NULL ? scales->x_zero_points[n] : 0;
    const int32_t sum = dot_i8(p, zero, 0, x, w, at);
    const float value = (float)sum * scales->w_scales[o] * scales->x_scales[n];
    *y = clamp_f32(p, value + (bias != NULL ? bias[o] : 0.0F));
  })
}
