#include "mote/kernels/conv_2d/each_output.h"
#include "mote/kernels/reference_rows.h"
#include "mote/kernels/transpose_conv_2d/transpose_conv_2d.h"

// The input row (or column) whose tap reaches output coordinate `out`; -1 when none does.
static int32_t source(int32_t out, int32_t tap, int32_t pad, int32_t stride, int32_t extent) {
  const int32_t distance = out + pad - tap;
  if (distance < 0 || distance % stride != 0 || distance / stride >= extent) return -1;
  return distance / stride;
}

// The sum over all inputs that reach output element at = {n, i, j, o}.
#define DEFINE_DOT(NAME, X, W, ACC)                                                           \
  static ACC NAME(const mote_transpose_conv_2d_params* p, ACC x_zero, ACC w_zero, const X* x, \
                  const W* w, const int32_t at[4]) {                                          \
    const int32_t group_ic = p->ic / p->groups;                                               \
    const int32_t group = at[3] / (p->oc / p->groups);                                        \
    ACC sum = 0;                                                                              \
    for (int32_t a = p->kh - 1; a >= 0; --a) {                                                \
      const int32_t row = source(at[1], a * p->dilation_h, p->pad_top, p->stride_h, p->h);    \
      if (row < 0) continue;                                                                  \
      for (int32_t b = p->kw - 1; b >= 0; --b) {                                              \
        const int32_t col = source(at[2], b * p->dilation_w, p->pad_left, p->stride_w, p->w); \
        if (col < 0) continue;                                                                \
        const X* pixel =                                                                      \
            x + (((int64_t)at[0] * p->h + row) * p->w + col) * p->ic + group * group_ic;      \
        const W* tap = w + (((int64_t)at[3] * p->kh + a) * p->kw + b) * group_ic;             \
        for (int32_t c = 0; c < group_ic; ++c) {                                              \
          sum += ((ACC)pixel[c] - x_zero) * ((ACC)tap[c] - w_zero);                           \
        }                                                                                     \
      }                                                                                       \
    }                                                                                         \
    return sum;                                                                               \
  }
DEFINE_DOT(dot_f32, float, float, float)
DEFINE_DOT(dot_i8, int8_t, int8_t, int32_t)
DEFINE_DOT(dot_u8, uint8_t, uint8_t, int32_t)
DEFINE_DOT(dot_i16, int16_t, int8_t, int64_t)

MOTE_DEFINE_CONVOLUTION_F32(mote_transpose_conv_2d_f32_reference, mote_transpose_conv_2d_params,
                            p->oc, dot_f32)
MOTE_DEFINE_CONVOLUTION(mote_transpose_conv_2d_i8_reference, mote_transpose_conv_2d_params, p->oc,
                        dot_i8, int8_t, int8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_transpose_conv_2d_u8_reference, mote_transpose_conv_2d_params, p->oc,
                        dot_u8, uint8_t, uint8_t, int32_t, mote_output_i32)
MOTE_DEFINE_CONVOLUTION(mote_transpose_conv_2d_i16_reference, mote_transpose_conv_2d_params, p->oc,
                        dot_i16, int16_t, int8_t, int64_t, mote_output_i64)

MOTE_RUN_LAYER(run_transpose_conv_2d_f32, mote_transpose_conv_2d_f32_reference)
MOTE_RUN_LAYER(run_transpose_conv_2d_i8, mote_transpose_conv_2d_i8_reference)
MOTE_RUN_LAYER(run_transpose_conv_2d_i16, mote_transpose_conv_2d_i16_reference)
MOTE_RUN_LAYER(run_transpose_conv_2d_u8, mote_transpose_conv_2d_u8_reference)

const mote_kernel mote_kernels_transpose_conv_2d_reference[] = {
    {.name = "transpose_conv_2d_f32_reference",
     .family = "transpose_conv_2d_f32",
     MOTE_PRINTED("transpose_conv_2d/reference.c", run_transpose_conv_2d_f32),
     .params_layout = &mote_transpose_conv_2d_layout},
    {.name = "transpose_conv_2d_i8_reference",
     .family = "transpose_conv_2d_i8",
     MOTE_PRINTED("transpose_conv_2d/reference.c", run_transpose_conv_2d_i8),
     .params_layout = &mote_transpose_conv_2d_layout},
    {.name = "transpose_conv_2d_i16_reference",
     .family = "transpose_conv_2d_i16",
     MOTE_PRINTED("transpose_conv_2d/reference.c", run_transpose_conv_2d_i16),
     .params_layout = &mote_transpose_conv_2d_layout},
    {.name = "transpose_conv_2d_u8_reference",
     .family = "transpose_conv_2d_u8",
     MOTE_PRINTED("transpose_conv_2d/reference.c", run_transpose_conv_2d_u8),
     .params_layout = &mote_transpose_conv_2d_layout},
    MOTE_KERNELS_END};
