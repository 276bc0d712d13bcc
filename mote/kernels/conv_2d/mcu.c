// Convolutions of i8 for any microcontroller: two output channels at a time, straight from x and
// without scratch. Groups and dilation included.
#include <stddef.h>

#include "mote/kernels/conv_2d/window.h"
#include "mote/kernels/gemm_i8/two_channels.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/requantize/integer_stage.h"

static const char* refuses(const void* params, const void* const* constants) {
  const mote_conv_2d_params* p = params;
  (void)constants;
  if (p->w_zero_point != 0) return "its weights have a zero point";
  return mote_integer_stage_refuses(&p->output, p->oc);
}

// Two channels of one block are of one group.
static inline int32_t mote_channels_at_once(const mote_conv_2d_params* p) {
  return p->groups == 1 || p->oc / p->groups % 2 == 0 ? 2 : 1;
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_conv_2d_window(params, sizeof(int8_t));
  const mote_store_order order = {.pixels = 1, .channels = mote_channels_at_once(params)};
  return mote_window_overlap(&window, order);
}

// The taps of a window that lie in the image. Neighbouring columns are one run where their elements
// are, and their weights.
typedef struct mote_taps {
  int32_t row, end_row, column, end_column;
  int32_t run;  // columns
} mote_taps;

static inline mote_taps mote_taps_at(const mote_conv_2d_params* p, int32_t top, int32_t left) {
  mote_taps t = {0, p->kh, 0, p->kw, 1};
  while (t.row < t.end_row && top + t.row * p->dilation_h < 0) ++t.row;
  while (t.end_row > t.row && top + (t.end_row - 1) * p->dilation_h >= p->h) --t.end_row;
  while (t.column < t.end_column && left + t.column * p->dilation_w < 0) ++t.column;
  while (t.end_column > t.column && left + (t.end_column - 1) * p->dilation_w >= p->w) {
    --t.end_column;
  }
  if (p->dilation_w == 1 && p->groups == 1) t.run = t.end_column - t.column;
  return t;
}

// Adds the window's products for the channels whose weights are `first` and `second`; `x` is where
// the window would begin, at the first channel of their group.
static inline void mote_add_window(const mote_conv_2d_params* p, const mote_taps* t,
                                   const int8_t* x, const int8_t* first, const int8_t* second,
                                   mote_two_sums* sums) {
  const int32_t group_ic = p->ic / p->groups;
  const int32_t row_step = p->dilation_h * p->w * p->ic;
  for (int32_t b = t->column; b < t->end_column; b += t->run) {
    const mote_patch patch = {.x = x + t->row * row_step + b * p->dilation_w * p->ic,
                              .rows = t->end_row - t->row,
                              .count = t->run * group_ic,
                              .x_step = row_step,
                              .w_step = p->kw * group_ic,
                              .zero_point = p->x_zero_point};
    const int32_t at = (t->row * p->kw + b) * group_ic;
    mote_add_two_channels(&patch, first + at, second + at, sums);
  }
}

// All channels of the pixel whose window begins at row `top` and column `left` of the image x.
static void mote_run_pixel(const mote_kernel_args* args, const int8_t* x, int32_t top, int32_t left,
                           int8_t* y) {
  const mote_conv_2d_params* p = args->params;
  const int32_t* bias = args->inputs[2];
  const int8_t* w = args->inputs[1];
  const int32_t terms = p->kh * p->kw * (p->ic / p->groups);
  const int32_t group_oc = p->oc / p->groups;
  const int32_t step = mote_channels_at_once(p);
  const mote_taps taps = mote_taps_at(p, top, left);
  int32_t group_end = group_oc;
  x += (top * p->w + left) * p->ic;
  for (int32_t o = 0; o < p->oc; o += step, w += step * terms) {
    if (o == group_end) {
      group_end += group_oc;
      x += p->ic / p->groups;
    }
    const int32_t last = step == 2 && o + 1 < p->oc ? o + 1 : o;
    mote_two_sums sums = {0, 0};
    if (bias != NULL) sums = (mote_two_sums){bias[o], bias[last]};
    mote_add_window(p, &taps, x, w, w + (last - o) * terms, &sums);
    y[o] = mote_integer_stage_i8(&p->output, sums.first, o);
    if (last > o) y[last] = mote_integer_stage_i8(&p->output, sums.second, last);
  }
}

static void run(const mote_kernel_args* args) {
  const mote_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t n = 0; n < p->n; ++n, x += p->h * p->w * p->ic) {
    for (int32_t i = 0; i < p->oh; ++i) {
      for (int32_t j = 0; j < p->ow; ++j, y += p->oc) {
        mote_run_pixel(args, x, i * p->stride_h - p->pad_top, j * p->stride_w - p->pad_left, y);
      }
    }
  }
}

const mote_kernel mote_kernels_conv_2d_mcu[] = {{.name = "conv_2d_i8_mcu",
                                                 .family = "conv_2d_i8",
                                                 .isa = MOTE_ISA_MCU,
                                                 .refuses = refuses,
                                                 .overlap = overlap,
                                                 MOTE_PRINTED("conv_2d/mcu.c", run)},
                                                MOTE_KERNELS_END};
