// Depthwise convolution on ARMv8.1-M with vectors, 16 channels at a time and then eight. Taps
// outside of the image read a pixel of zero points in scratch.
//
// Two rows: one reads x where it lies, the other copies rows into a ring first, so that it may
// store over its own input (in_place.c says more).
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/mve_pack.h"
#include "mote/kernels/depthwise_conv_2d/mve_taps.h"
#include "mote/kernels/depthwise_conv_2d/window.h"

static int32_t row_bytes(const mote_depthwise_conv_2d_params* p) { return p->w * p->ic; }

// The last row of a window is read where it lies, those above from the ring.
static int32_t ring_rows(const mote_depthwise_conv_2d_params* p) {
  return (p->kh - 1) * p->dilation_h;
}

static int32_t zeros_bytes(const mote_depthwise_conv_2d_params* p) {
  return (p->ic + 15) / 16 * 16;
}

static int64_t scratch_bytes(const void* params) { return zeros_bytes(params); }

static int64_t ring_scratch_bytes(const void* params) {
  return zeros_bytes(params) + (int64_t)ring_rows(params) * row_bytes(params);
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .channels = 1});
}

static int64_t ring_overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_copied_rows_overlap(&window, 1);
}

// Where the windows of one output row read, and the taps of one of them.
typedef struct depthwise_source {
  const mote_depthwise_conv_2d_params* p;
  const int8_t* packed;
  const int8_t* x;      // the image
  const int8_t* zeros;  // a pixel of zero points
  int8_t* ring;         // NULL: x is read where it lies; else row r is at r % ring_rows
  int32_t top;          // the first row of the window
  int32_t unsaved;      // the first row that is not in the ring yet
  mve_taps taps;
} depthwise_source;

// NULL outside of the image.
static const int8_t* find_row(const depthwise_source* s, int32_t row) {
  if (row < 0 || row >= s->p->h) return NULL;
  const int32_t saved = ring_rows(s->p);
  if (s->ring == NULL || row == s->top + saved) return s->x + row * row_bytes(s->p);
  return s->ring + row % saved * row_bytes(s->p);
}

static void move_to(depthwise_source* s, int32_t top) {
  s->top = top;
  if (s->ring == NULL) return;
  const int32_t saved = ring_rows(s->p);
  const int32_t bytes = row_bytes(s->p);
  if (s->unsaved < top) s->unsaved = top;
  if (s->unsaved < 0) s->unsaved = 0;
  for (; s->unsaved < top + saved && s->unsaved < s->p->h; ++s->unsaved) {
    mve_copy(s->ring + s->unsaved % saved * bytes, s->x + s->unsaved * bytes, bytes);
  }
}

// Where the taps of the window that starts at `column` read.
static void find_taps(depthwise_source* s, int32_t column) {
  const mote_depthwise_conv_2d_params* p = s->p;
  const int8_t** tap = s->taps.at;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = find_row(s, s->top + a * p->dilation_h);
    int32_t at = column;
    for (int32_t b = 0; b < p->kw; ++b, at += p->dilation_w) {
      *tap++ = row != NULL && at >= 0 && at < p->w ? row + at * p->ic : s->zeros;
    }
  }
}

// All channels of the pixel at `offset` from the taps; returns the next.
static int8_t* run_pixel(const depthwise_source* s, int32_t offset, int8_t* y) {
  const int8_t* block = s->packed;
  int8_t* end = y + s->p->ic;
  for (; end - y >= 16; y += 16, offset += 16) block = mve_taps_16(&s->taps, offset, block, y);
  for (; y < end; y += 8, offset += 8) {
    block = mve_taps_8(&s->taps, offset, block, (int32_t)(end - y), y);
  }
  return end;
}

static int8_t* run_row(depthwise_source* s, int8_t* y) {
  const mote_depthwise_conv_2d_params* p = s->p;
  const int32_t rows_inside = s->top >= 0 && s->top + ring_rows(p) < p->h;
  const int32_t last = rows_inside ? p->w - 1 - (p->kw - 1) * p->dilation_w : -1;
  int32_t column = -p->pad_left;
  int32_t found = last + 1;  // the column that the taps are for; good for all up to the last
  for (int32_t j = 0; j < p->ow; ++j, column += p->stride_w) {
    if (found < 0 || column > last) found = last + 1;
    if (found > last) {
      find_taps(s, column);
      found = column;
    }
    y = run_pixel(s, (column - found) * p->ic, y);
  }
  return y;
}

static void run_all(const mote_kernel_args* args, int8_t* ring) {
  const mote_depthwise_conv_2d_params* p = args->params;
  depthwise_source s;
  int8_t* y = args->outputs[0];
  s.p = p;
  s.packed = args->packed;
  s.x = args->inputs[0];
  s.zeros = args->scratch;
  s.ring = ring;
  s.taps.count = p->kh * p->kw;
  s.taps.output = mve_output_of(&p->output);
  mve_fill(args->scratch, p->x_zero_point, zeros_bytes(p));
  for (int32_t n = 0; n < p->n; ++n, s.x += p->h * row_bytes(p)) {
    s.unsaved = 0;
    for (int32_t i = 0; i < p->oh; ++i) {
      move_to(&s, i * p->stride_h - p->pad_top);
      y = run_row(&s, y);
    }
  }
}

static void run(const mote_kernel_args* args) { run_all(args, NULL); }

static void run_in_place(const mote_kernel_args* args) {
  run_all(args, (int8_t*)args->scratch + zeros_bytes(args->params));
}

#define MOTE_DEPTHWISE_ROW(NAME, SCRATCH, OVERLAP, RUN)                           \
  {                                                                               \
    .name = NAME, .family = "depthwise_conv_2d_i8", .isa = MOTE_ISA_MCU_MVE,      \
    .refuses = mve_depthwise_refused, .packed_bytes = mve_depthwise_packed_bytes, \
    .pack = mve_depthwise_pack, .scratch_bytes = SCRATCH, .overlap = OVERLAP,     \
    MOTE_PRINTED("depthwise_conv_2d/mcu_mve.c", RUN)                              \
  }

const mote_kernel mote_kernels_depthwise_conv_2d_mcu_mve[] = {
    MOTE_DEPTHWISE_ROW("depthwise_conv_2d_i8_mcu_mve_in_place", ring_scratch_bytes, ring_overlap,
                       run_in_place),
    MOTE_DEPTHWISE_ROW("depthwise_conv_2d_i8_mcu_mve", scratch_bytes, overlap, run),
    MOTE_KERNELS_END};
