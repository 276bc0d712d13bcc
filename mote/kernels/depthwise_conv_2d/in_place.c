// Depthwise convolution that may store over its own input: before a row of x is overwritten, it is
// copied into a ring in scratch. So a chain of layers needs one image and a few rows, whatever its
// length, where the reference's distance of a row and a pixel adds up from layer to layer.
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/row_ring.h"
#include "mote/kernels/depthwise_conv_2d/window.h"

// Rows of x between the first and the last that a window touches, both included.
static int32_t window_rows(const mote_depthwise_conv_2d_params* p) {
  return (p->kh - 1) * p->dilation_h + 1;
}

// The last row of a window is read where it lies, those above from the ring.
static int32_t ring_rows(const mote_depthwise_conv_2d_params* p) { return window_rows(p) - 1; }

static int64_t row_bytes(const mote_depthwise_conv_2d_params* p) { return (int64_t)p->w * p->ic; }

static int64_t scratch_bytes(const void* params) { return ring_rows(params) * row_bytes(params); }

static int fits_i8(int32_t value) { return value >= INT8_MIN && value <= INT8_MAX; }

static const char* refuses(const void* params, const void* const* constants) {
  const mote_depthwise_conv_2d_params* p = params;
  (void)constants;
  if (!fits_i8(p->x_zero_point) || !fits_i8(p->w_zero_point))
    return "a zero point is outside of i8";
  return p->multiplier == 1 ? NULL : "it has one filter per channel only";
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_copied_rows_overlap(&window, 1);
}

enum { kBlock = 32 };  // channels that are summed together

// Sums `count` channels from `c` on of output pixel j over the window.
static void sum_block(const mote_depthwise_conv_2d_params* p, const mote_row_ring* rows,
                      const int8_t* w, int32_t top, int64_t j, int32_t c, int32_t count,
                      int32_t* sums) {
  const int32_t x_zero_point = p->x_zero_point;
  const int32_t w_zero_point = p->w_zero_point;
  for (int32_t k = 0; k < count; ++k) sums[k] = 0;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = mote_row_ring_find(rows, top + a * p->dilation_h);
    if (row == NULL) continue;
    for (int32_t b = 0; b < p->kw; ++b) {
      const int64_t column = j * p->stride_w + (int64_t)b * p->dilation_w - p->pad_left;
      if (column < 0 || column >= p->w) continue;
      const int8_t* x = row + column * p->ic + c;
      const int8_t* tap = w + ((int64_t)a * p->kw + b) * p->ic + c;
      // Differences of bytes fit 16 bits, whose products vectors have.
      for (int32_t k = 0; k < count; ++k) {
        sums[k] += (int16_t)(x[k] - x_zero_point) * (int16_t)(tap[k] - w_zero_point);
      }
    }
  }
}

static void run_row(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                    int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int32_t* bias = args->inputs[2];
  int32_t sums[kBlock];
  for (int64_t j = 0; j < p->ow; ++j) {
    for (int32_t c = 0; c < p->ic; c += kBlock) {
      const int32_t count = p->ic - c < kBlock ? p->ic - c : kBlock;
      sum_block(p, rows, args->inputs[1], top, j, c, count, sums);
      for (int32_t k = 0; k < count; ++k, ++y) {
        const int32_t sum = sums[k] + (bias != NULL ? bias[c + k] : 0);
        *y = (int8_t)mote_output_i32(&p->output, sum, c + k);
      }
    }
  }
}

static void run(const mote_kernel_args* args) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t n = 0; n < p->n; ++n) {
    mote_row_ring rows = {.x = x + n * p->h * row_bytes(p),
                          .h = p->h,
                          .row_bytes = (int32_t)row_bytes(p),
                          .copied = ring_rows(p),
                          .ring = args->scratch};
    for (int32_t i = 0; i < p->oh; ++i, y += (int64_t)p->ow * p->ic) {
      const int32_t top = i * p->stride_h - p->pad_top;
      mote_row_ring_move(&rows, top);
      run_row(args, &rows, top, y);
    }
  }
}

const mote_kernel mote_kernels_depthwise_conv_2d_in_place[] = {
    {.name = "depthwise_conv_2d_i8_in_place",
     .family = "depthwise_conv_2d_i8",
     .isa = MOTE_ISA_PORTABLE,
     .refuses = refuses,
     .scratch_bytes = scratch_bytes,
     .overlap = overlap,
     MOTE_PRINTED("depthwise_conv_2d/in_place.c", run)},
    MOTE_KERNELS_END};
