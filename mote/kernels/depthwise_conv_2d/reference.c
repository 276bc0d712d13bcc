#include "mote/kernels/conv_2d/each_output.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/window.h"
#include "mote/kernels/quantize/hybrid_rows.h"
#include "mote/kernels/reference_rows.h"

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

#define OUTPUT_CHANNELS (p->ic * p->multiplier)
MOTE_DEFINE_CONVOLUTION_F32(mote_depthwise_conv_2d_f32_reference, mote_depthwise_conv_2d_params,
                            OUTPUT_CHANNELS, dot_f32)
MOTE_DEFINE_CONVOLUTION(mote_depthwise_conv_2d_i8_reference, mote_depthwise_conv_2d_params,
                        OUTPUT_CHANNELS, dot_i8, int8_t, int8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_depthwise_conv_2d_u8_reference, mote_depthwise_conv_2d_params,
                        OUTPUT_CHANNELS, dot_u8, uint8_t, uint8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_depthwise_conv_2d_i16_reference, mote_depthwise_conv_2d_params,
                        OUTPUT_CHANNELS, dot_i16, int16_t, int8_t, int64_t, mote_output_i64)
MOTE_DEFINE_CONVOLUTION_HYBRID(mote_depthwise_conv_2d_hybrid_reference,
                               mote_depthwise_conv_2d_params, OUTPUT_CHANNELS, dot_i8)

MOTE_OVERLAP_EACH(overlap_1, mote_depthwise_conv_2d_window, 1)
MOTE_OVERLAP_EACH(overlap_2, mote_depthwise_conv_2d_window, 2)
MOTE_OVERLAP_EACH(overlap_4, mote_depthwise_conv_2d_window, 4)

MOTE_RUN_LAYER(run_depthwise_conv_2d_f32, mote_depthwise_conv_2d_f32_reference)
MOTE_RUN_LAYER(run_depthwise_conv_2d_i8, mote_depthwise_conv_2d_i8_reference)
MOTE_RUN_LAYER(run_depthwise_conv_2d_i16, mote_depthwise_conv_2d_i16_reference)
MOTE_RUN_LAYER(run_depthwise_conv_2d_u8, mote_depthwise_conv_2d_u8_reference)

#define ROWS(p) (p)->n
#define DEPTH(p) ((int64_t)(p)->h * (p)->w * (p)->ic)
MOTE_DEFINE_HYBRID_ROW(hybrid, mote_depthwise_conv_2d_hybrid_params, ROWS, DEPTH,
                       mote_depthwise_conv_2d_hybrid_reference)

const mote_kernel mote_kernels_depthwise_conv_2d_reference[] = {
    {.name = "depthwise_conv_2d_f32_reference",
     .family = "depthwise_conv_2d_f32",
     .overlap = overlap_4,
     MOTE_PRINTED("depthwise_conv_2d/reference.c", run_depthwise_conv_2d_f32),
     .params_layout = &mote_depthwise_conv_2d_layout},
    {.name = "depthwise_conv_2d_i8_reference",
     .family = "depthwise_conv_2d_i8",
     .overlap = overlap_1,
     MOTE_PRINTED("depthwise_conv_2d/reference.c", run_depthwise_conv_2d_i8),
     .params_layout = &mote_depthwise_conv_2d_layout},
    {.name = "depthwise_conv_2d_i16_reference",
     .family = "depthwise_conv_2d_i16",
     .overlap = overlap_2,
     MOTE_PRINTED("depthwise_conv_2d/reference.c", run_depthwise_conv_2d_i16),
     .params_layout = &mote_depthwise_conv_2d_layout},
    {.name = "depthwise_conv_2d_u8_reference",
     .family = "depthwise_conv_2d_u8",
     .overlap = overlap_1,
     MOTE_PRINTED("depthwise_conv_2d/reference.c", run_depthwise_conv_2d_u8),
     .params_layout = &mote_depthwise_conv_2d_layout},
    {.name = "depthwise_conv_2d_hybrid_reference",
     .family = "depthwise_conv_2d_hybrid",
     .scratch_bytes = hybrid_scratch_bytes,
     .run = hybrid_run},
    MOTE_KERNELS_END};
