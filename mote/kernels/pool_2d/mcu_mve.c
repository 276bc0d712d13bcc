// Average and maximum of i8 on ARMv8.1-M with vectors, eight channels at a time. Sums of up to 255
// cells fit 16 bits.
#include "mote/kernels/simd/mcu_mve.h"

#include <stddef.h>

#include "mote/kernels/pool_2d/pool_2d.h"
#include "mote/kernels/pool_2d/window.h"

enum { kMostCells = 255 };

static const char* refuses_average(const void* params, const void* const* constants) {
  const mote_pool_2d_params* p = params;
  (void)constants;
  return (int64_t)p->kh * p->kw > kMostCells ? "it has 255 cells in a window at most" : NULL;
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_pool_2d_window(params, sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .channels = 8});
}

// Taps from `start` on, `step` apart: those in [low, high).
typedef struct pool_taps {
  int32_t first, count;
} pool_taps;

static pool_taps taps_in(int32_t start, int32_t step, int32_t count, int32_t low, int32_t high) {
  const int32_t first = start < low ? (low - start + step - 1) / step : 0;
  const int32_t all = start < high ? (high - start + step - 1) / step : 0;
  const int32_t end = all < count ? all : count;
  const pool_taps taps = {first, end > first ? end - first : 0};
  return taps;
}

// The cells of a window that lie in the image, and what their sum is divided by.
typedef struct pool_cells {
  const int8_t* first;
  int32_t rows, columns;
  int32_t row_step, column_step;
  int32_t divisor;
} pool_cells;

static pool_cells cells_of(const mote_pool_2d_params* p, const int8_t* image, int32_t i,
                           int32_t j) {
  const int32_t row = i * p->stride_h - p->pad_top;
  const int32_t column = j * p->stride_w - p->pad_left;
  const pool_taps rows = taps_in(row, p->dilation_h, p->kh, 0, p->h);
  const pool_taps columns = taps_in(column, p->dilation_w, p->kw, 0, p->w);
  const int32_t y = row + rows.first * p->dilation_h;
  const int32_t x = column + columns.first * p->dilation_w;
  pool_cells cells = {image + (y * p->w + x) * p->c, rows.count,           columns.count,
                      p->dilation_h * p->w * p->c,   p->dilation_w * p->c, 0};
  cells.divisor = rows.count * columns.count;
  if (p->include_padding) {
    const int32_t bottom = p->h + p->pad_bottom;
    const int32_t right = p->w + p->pad_right;
    cells.divisor = taps_in(row, p->dilation_h, p->kh, -p->pad_top, bottom).count *
                    taps_in(column, p->dilation_w, p->kw, -p->pad_left, right).count;
  }
  return cells;
}

// Eight channels from `c` on, or `channels` where that is fewer.
static void average_block(const mote_pool_2d_params* p, const pool_cells* cells, int32_t c,
                          int32_t channels, int8_t* y) {
  mve_i16 sum = mve_all_i16(0);
  const int8_t* row = cells->first + c;
  for (int32_t a = 0; a < cells->rows; ++a, row += cells->row_step) {
    const int8_t* cell = row;
    for (int32_t b = 0; b < cells->columns; ++b, cell += cells->column_step) {
      sum = mve_add_i16(sum, mve_load_some(cell, channels));
    }
  }
  int16_t sums[8];
  mve_store_i16(sums, sum);
  const int32_t half = cells->divisor / 2;
  for (int32_t k = 0; k < 8 && k < channels; ++k) {
    const int32_t quotient = (sums[k] > 0 ? sums[k] + half : sums[k] - half) / cells->divisor;
    y[k] = (int8_t)(quotient < p->y_min ? p->y_min : (quotient > p->y_max ? p->y_max : quotient));
  }
}

static void max_block(const mote_pool_2d_params* p, const pool_cells* cells, int32_t c,
                      int32_t channels, int8_t* y) {
  mve_i16 largest = mve_all_i16(INT8_MIN);
  const int8_t* row = cells->first + c;
  for (int32_t a = 0; a < cells->rows; ++a, row += cells->row_step) {
    const int8_t* cell = row;
    for (int32_t b = 0; b < cells->columns; ++b, cell += cells->column_step) {
      largest = mve_max_i16(largest, mve_load_some(cell, channels));
    }
  }
  mve_store_some(y, mve_clamp_i16(largest, mve_all_i16(p->y_min), mve_all_i16(p->y_max)), channels);
}

static void pool_all(const mote_kernel_args* args, int32_t average) {
  const mote_pool_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t n = 0; n < p->n; ++n, x += p->h * p->w * p->c) {
    for (int32_t i = 0; i < p->oh; ++i) {
      for (int32_t j = 0; j < p->ow; ++j, y += p->c) {
        const pool_cells cells = cells_of(p, x, i, j);
        for (int32_t c = 0; c < p->c; c += 8) {
          if (average) {
            average_block(p, &cells, c, p->c - c, y + c);
          } else {
            max_block(p, &cells, c, p->c - c, y + c);
          }
        }
      }
    }
  }
}

static void run_average(const mote_kernel_args* args) { pool_all(args, 1); }

static void run_max(const mote_kernel_args* args) { pool_all(args, 0); }

const mote_kernel mote_kernels_pool_2d_mcu_mve[] = {
    {.name = "average_pool_2d_i8_mcu_mve",
     .family = "average_pool_2d_i8",
     .isa = MOTE_ISA_MCU_MVE,
     .refuses = refuses_average,
     .overlap = overlap,
     MOTE_PRINTED("pool_2d/mcu_mve.c", run_average)},
    {.name = "max_pool_2d_i8_mcu_mve",
     .family = "max_pool_2d_i8",
     .isa = MOTE_ISA_MCU_MVE,
     .overlap = overlap,
     MOTE_PRINTED("pool_2d/mcu_mve.c", run_max)},
    MOTE_KERNELS_END};
