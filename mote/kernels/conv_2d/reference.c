#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/conv_2d/each_output.h"
#include "mote/kernels/conv_2d/window.h"
#include "mote/kernels/quantize/hybrid_rows.h"
#include "mote/kernels/reference_rows.h"

typedef struct tap {
  int64_t x_index, w_index;  // of the first channel
} tap;

// Where tap (a, b) of output pixel (i, j) reads; 0 when outside of the image.
static int find_tap(const mote_conv_2d_params* p, int32_t n, int32_t i, int32_t j, int32_t o,
                    int32_t a, int32_t b, tap* found) {
  const int32_t y = i * p->stride_h + a * p->dilation_h - p->pad_top;
  const int32_t x = j * p->stride_w + b * p->dilation_w - p->pad_left;
  if (y < 0 || y >= p->h || x < 0 || x >= p->w) return 0;
  const int32_t group_ic = p->ic / p->groups;
  const int32_t group = o / (p->oc / p->groups);
  found->x_index = (((int64_t)n * p->h + y) * p->w + x) * p->ic + group * group_ic;
  found->w_index = (((int64_t)o * p->kh + a) * p->kw + b) * group_ic;
  return 1;
}

// The sum of (x - x_zero) * (w - w_zero) over the taps of one output element.
#define DEFINE_DOT(NAME, X, W, ACC)                                                             \
  static ACC NAME(const mote_conv_2d_params* p, ACC x_zero, ACC w_zero, const X* x, const W* w, \
                  const int32_t at[4]) {                                                        \
    const int32_t group_ic = p->ic / p->groups;                                                 \
    ACC sum = 0;                                                                                \
    for (int32_t a = 0; a < p->kh; ++a) {                                                       \
      for (int32_t b = 0; b < p->kw; ++b) {                                                     \
        tap t;                                                                                  \
        if (!find_tap(p, at[0], at[1], at[2], at[3], a, b, &t)) continue;                       \
        for (int32_t c = 0; c < group_ic; ++c) {                                                \
          sum += ((ACC)x[t.x_index + c] - x_zero) * ((ACC)w[t.w_index + c] - w_zero);           \
        }                                                                                       \
      }                                                                                         \
    }                                                                                           \
    return sum;                                                                                 \
  }
DEFINE_DOT(dot_f32, float, float, float)
DEFINE_DOT(dot_i8, int8_t, int8_t, int32_t)
DEFINE_DOT(dot_u8, uint8_t, uint8_t, int32_t)
DEFINE_DOT(dot_i16, int16_t, int8_t, int64_t)
DEFINE_DOT(dot_i16_b32, int16_t, int8_t, int32_t)

MOTE_DEFINE_CONVOLUTION_F32(mote_conv_2d_f32_reference, mote_conv_2d_params, p->oc, dot_f32)
MOTE_DEFINE_CONVOLUTION(mote_conv_2d_i8_reference, mote_conv_2d_params, p->oc, dot_i8, int8_t,
                        int8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_conv_2d_u8_reference, mote_conv_2d_params, p->oc, dot_u8, uint8_t,
                        uint8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_conv_2d_i16_reference, mote_conv_2d_params, p->oc, dot_i16, int16_t,
                        int8_t, int64_t, mote_output_i64)
MOTE_DEFINE_CONVOLUTION(mote_conv_2d_i16_b32_reference, mote_conv_2d_params, p->oc, dot_i16_b32,
                        int16_t, int8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION_HYBRID(mote_conv_2d_hybrid_reference, mote_conv_2d_params, p->oc, dot_i8)

MOTE_OVERLAP_EACH(overlap_1, mote_conv_2d_window, 1)
MOTE_OVERLAP_EACH(overlap_2, mote_conv_2d_window, 2)
MOTE_OVERLAP_EACH(overlap_4, mote_conv_2d_window, 4)

MOTE_RUN_LAYER(run_f32, mote_conv_2d_f32_reference)
MOTE_RUN_LAYER(run_i8, mote_conv_2d_i8_reference)
MOTE_RUN_LAYER(run_i16, mote_conv_2d_i16_reference)
MOTE_RUN_LAYER(run_i16_b32, mote_conv_2d_i16_b32_reference)
MOTE_RUN_LAYER(run_u8, mote_conv_2d_u8_reference)

#define ROWS(p) (p)->n
#define DEPTH(p) ((int64_t)(p)->h * (p)->w * (p)->ic)
MOTE_DEFINE_HYBRID_ROW(hybrid, mote_conv_2d_hybrid_params, ROWS, DEPTH,
                       mote_conv_2d_hybrid_reference)

const mote_kernel mote_kernels_conv_2d_reference[] = {
    {.name = "conv_2d_f32_reference",
     .family = "conv_2d_f32",
     .overlap = overlap_4,
     MOTE_PRINTED("conv_2d/reference.c", run_f32),
     .params_layout = &mote_conv_2d_layout},
    {.name = "conv_2d_i8_reference",
     .family = "conv_2d_i8",
     .overlap = overlap_1,
     MOTE_PRINTED("conv_2d/reference.c", run_i8),
     .params_layout = &mote_conv_2d_layout},
    {.name = "conv_2d_i16_reference",
     .family = "conv_2d_i16",
     .overlap = overlap_2,
     MOTE_PRINTED("conv_2d/reference.c", run_i16),
     .params_layout = &mote_conv_2d_layout},
    {.name = "conv_2d_i16_b32_reference",
     .family = "conv_2d_i16_b32",
     .overlap = overlap_2,
     MOTE_PRINTED("conv_2d/reference.c", run_i16_b32),
     .params_layout = &mote_conv_2d_layout},
    {.name = "conv_2d_u8_reference",
     .family = "conv_2d_u8",
     .overlap = overlap_1,
     MOTE_PRINTED("conv_2d/reference.c", run_u8),
     .params_layout = &mote_conv_2d_layout},
    {.name = "conv_2d_hybrid_reference",
     .family = "conv_2d_hybrid",
     .scratch_bytes = hybrid_scratch_bytes,
     .run = hybrid_run},
    MOTE_KERNELS_END};
