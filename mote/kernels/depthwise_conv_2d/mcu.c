// Depthwise convolutions of i8 for any microcontroller, with any number of filters per channel: a
// few output channels at a time over the taps that lie in the image.
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
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .mixed = 1});
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

enum { MOTE_CHANNEL_SUMS = 8 };

// Neighbouring output channels: of neighbouring channels of x, or all of one.
typedef struct mote_channel_block {
  int32_t o, count;  // output channels
  int32_t c, step;   // the first channel of x, and 0 where all read it
} mote_channel_block;

// Adds a tap's products to the sums of a block.
static inline void mote_add_tap(const int8_t* x, const int8_t* w, const mote_channel_block* block,
                                int32_t zero_point, int32_t* sums) {
  for (int32_t k = 0; k < block->count; ++k, x += block->step) {
    sums[k] += (*x - zero_point) * w[k];
  }
}

// The sums of a block at the window from row `top` on, added to `sums`.
static void mote_sum_taps(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                          mote_column_taps t, const mote_channel_block* block, int32_t* sums) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int32_t channels = p->ic * p->multiplier;
  const int8_t* w = (const int8_t*)args->inputs[1] + block->o;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = mote_row_ring_find(rows, top + a * p->dilation_h);
    if (row == NULL) continue;
    for (int32_t b = t.first; b < t.end; ++b) {
      const int32_t column = t.left + b * p->dilation_w;
      mote_add_tap(row + column * p->ic + block->c, w + (a * p->kw + b) * channels, block,
                   p->x_zero_point, sums);
    }
  }
}

// The block from output channel `o` on.
static inline mote_channel_block mote_block_at(const mote_depthwise_conv_2d_params* p, int32_t o,
                                               int32_t c) {
  const int32_t left = p->multiplier == 1 ? p->ic - c : (c + 1) * p->multiplier - o;
  return (mote_channel_block){.o = o,
                              .count = left < MOTE_CHANNEL_SUMS ? left : MOTE_CHANNEL_SUMS,
                              .c = c,
                              .step = p->multiplier == 1 ? 1 : 0};
}

static void mote_run_row(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                         int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int32_t* bias = args->inputs[2];
  for (int32_t j = 0; j < p->ow; ++j) {
    const mote_column_taps taps = mote_columns_at(p, j);
    int32_t o = 0;
    int32_t c = 0;
    while (c < p->ic) {
      const mote_channel_block block = mote_block_at(p, o, c);
      int32_t sums[MOTE_CHANNEL_SUMS];
      for (int32_t k = 0; k < block.count; ++k) sums[k] = bias != NULL ? bias[o + k] : 0;
      mote_sum_taps(args, rows, top, taps, &block, sums);
      for (int32_t k = 0; k < block.count; ++k) {
        *y++ = mote_integer_stage_i8(&p->output, sums[k], o + k);
      }
      o += block.count;
      if (p->multiplier == 1) {
        c += block.count;
      } else if (o == (c + 1) * p->multiplier) {
        ++c;
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
