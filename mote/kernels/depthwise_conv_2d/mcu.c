// Depthwise convolutions of i8 for any microcontroller, with any number of filters per channel:
// channel by channel over the taps that lie in the image.
#include <stddef.h>

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/row_ring.h"
#include "mote/kernels/depthwise_conv_2d/window.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/requantize/integer_stage.h"

static const char* refuses(const void* params, const void* const* constants) {
  const mote_depthwise_conv_2d_params* p = params;
  (void)constants;
  if (p->w_zero_point != 0) return "its weights have a zero point";
  return mote_integer_stage_refuses(&p->output, p->ic * p->multiplier);
}

static int32_t copied_rows(const mote_depthwise_conv_2d_params* p) {
  return (p->kh - 1) * p->dilation_h;
}
static int64_t scratch_bytes_in_place(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return (int64_t)copied_rows(p) * p->w * p->ic;
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_window_overlap(&window, mote_store_each);
}
static int64_t overlap_in_place(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_copied_rows_overlap(&window, 1);
}

// The columns of a window that lie in the image.
typedef struct mote_column_taps {
  int32_t left;        // of the window
  int32_t first, end;  // of its taps
} mote_column_taps;

static inline mote_column_taps mote_columns_at(const mote_depthwise_conv_2d_params* p, int32_t j) {
  mote_column_taps t = {j * p->stride_w - p->pad_left, 0, p->kw};
  while (t.first < t.end && t.left + t.first * p->dilation_w < 0) ++t.first;
  while (t.end > t.first && t.left + (t.end - 1) * p->dilation_w >= p->w) --t.end;
  return t;
}

// The sum of output channel `o`, which reads channel `c` of x, without bias.
static inline int32_t mote_sum_taps(const mote_depthwise_conv_2d_params* p,
                                    const mote_row_ring* rows, int32_t top, mote_column_taps t,
                                    const int8_t* w, int32_t o, int32_t c) {
  const int32_t channels = p->ic * p->multiplier;
  const int32_t x_step = p->dilation_w * p->ic;
  int32_t sum = 0;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = mote_row_ring_find(rows, top + a * p->dilation_h);
    if (row == NULL || t.first == t.end) continue;
    const int8_t* x = row + (t.left + t.first * p->dilation_w) * p->ic + c;
    const int8_t* tap = w + (a * p->kw + t.first) * channels + o;
    for (int32_t b = t.first; b < t.end; ++b, x += x_step, tap += channels) {
      sum += (*x - p->x_zero_point) * *tap;
    }
  }
  return sum;
}

static void mote_run_row(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                         int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int32_t* bias = args->inputs[2];
  for (int32_t j = 0; j < p->ow; ++j) {
    const mote_column_taps taps = mote_columns_at(p, j);
    int32_t o = 0;
    for (int32_t c = 0; c < p->ic; ++c) {
      for (int32_t m = 0; m < p->multiplier; ++m, ++o) {
        const int32_t sum = mote_sum_taps(p, rows, top, taps, args->inputs[1], o, c);
        *y++ = mote_integer_stage_i8(&p->output, sum + (bias != NULL ? bias[o] : 0), o);
      }
    }
  }
}

// `copied` rows of each window are copied before the output may be stored over them.
static inline void mote_depthwise_run(const mote_kernel_args* args, int32_t copied) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t n = 0; n < p->n; ++n) {
    mote_row_ring rows = {.x = x + n * p->h * p->w * p->ic,
                          .h = p->h,
                          .row_bytes = p->w * p->ic,
                          .copied = copied,
                          .ring = args->scratch};
    for (int32_t i = 0; i < p->oh; ++i, y += p->ow * p->ic * p->multiplier) {
      const int32_t top = i * p->stride_h - p->pad_top;
      mote_row_ring_move(&rows, top);
      mote_run_row(args, &rows, top, y);
    }
  }
}

static void run(const mote_kernel_args* args) { mote_depthwise_run(args, 0); }
static void run_in_place(const mote_kernel_args* args) {
  const mote_depthwise_conv_2d_params* p = args->params;
  mote_depthwise_run(args, (p->kh - 1) * p->dilation_h);
}

const mote_kernel mote_kernels_depthwise_conv_2d_mcu[] = {
    {.name = "depthwise_conv_2d_i8_mcu_in_place",
     .family = "depthwise_conv_2d_i8",
     .isa = MOTE_ISA_MCU,
     .refuses = refuses,
     .scratch_bytes = scratch_bytes_in_place,
     .overlap = overlap_in_place,
     MOTE_PRINTED("depthwise_conv_2d/mcu.c", run_in_place)},
    {.name = "depthwise_conv_2d_i8_mcu",
     .family = "depthwise_conv_2d_i8",
     .isa = MOTE_ISA_MCU,
     .refuses = refuses,
     .overlap = overlap,
     MOTE_PRINTED("depthwise_conv_2d/mcu.c", run)},
    MOTE_KERNELS_END};
