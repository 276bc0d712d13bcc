// Depthwise convolution on ARMv8.1-M with vectors, 16 channels at a time and then eight. Products
// of bytes are added in pairs while they fit 16 bits, and then in 32. Taps outside of the image
// read a pixel of zero points in scratch.
//
// Two rows: one reads x where it lies, the other copies rows into a ring first, so that it may
// store over its own input (in_place.c says more).
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/mve_pack.h"
#include "mote/kernels/depthwise_conv_2d/window.h"
#include "mote/kernels/gemm_i8/mve_layer.h"

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

// Where the windows of one output row read.
typedef struct depthwise_source {
  const mote_depthwise_conv_2d_params* p;
  const int8_t* x;      // the image
  const int8_t* zeros;  // a pixel of zero points
  int8_t* ring;         // NULL: x is read where it lies; else row r is at r % ring_rows
  int32_t top;          // the first row of the window
  int32_t unsaved;      // the first row that is not in the ring yet
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

// Where the taps of the window that starts at `column` read; one more reads what the first does.
static void find_taps(const depthwise_source* s, int32_t column, const int8_t** taps) {
  const mote_depthwise_conv_2d_params* p = s->p;
  const int8_t** first = taps;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = find_row(s, s->top + a * p->dilation_h);
    int32_t at = column;
    for (int32_t b = 0; b < p->kw; ++b, at += p->dilation_w) {
      *taps++ = row != NULL && at >= 0 && at < p->w ? row + at * p->ic : s->zeros;
    }
  }
  *taps = *first;
}

// How sums become bytes.
typedef struct depthwise_output {
  int32_t once, fix, zero_point;
  mve_i16 min, max;
} depthwise_output;

static inline mve_i16 narrow_output(const depthwise_output* o, const mve_scales* scales,
                                    mve_i32 even, mve_i32 odd) {
  const mve_i32 low = mve_scaled(even, mve_load_i32(scales->multipliers),
                                 mve_load_i8_i32(scales->shifts), o->once, o->fix);
  const mve_i32 high = mve_scaled(odd, mve_load_i32(scales->multipliers + 4),
                                  mve_load_i8_i32(scales->shifts + 4), o->once, o->fix);
  return mve_clamp_i16(mve_add_scalar_i16(mve_narrow(low, high), o->zero_point), o->min, o->max);
}

// Sixteen channels at `offset` from the taps; returns the next block.
static inline const int8_t* run_16(const depthwise_output* o, const int8_t* const* taps,
                                   int32_t count, int32_t offset, const int8_t* packed, int8_t* y) {
  const int32_t* starts = (const int32_t*)(const void*)packed;
  const int8_t* w = packed + MVE_DEPTHWISE_STARTS_16;
  mve_i32 s0 = mve_load_i32(starts);
  mve_i32 s1 = mve_load_i32(starts + 4);
  mve_i32 s2 = mve_load_i32(starts + 8);
  mve_i32 s3 = mve_load_i32(starts + 12);
  for (; count > 0; count -= 2, taps += 2, w += 32) {
    mve_i8 x = mve_load_i8(taps[0] + offset);
    mve_i8 tap = mve_load_i8(w);
    mve_i16 even = mve_multiply_even(x, tap);
    mve_i16 odd = mve_multiply_odd(x, tap);
    x = mve_load_i8(taps[1] + offset);
    tap = mve_load_i8(w + 16);
    even = mve_add_i16(even, mve_multiply_even(x, tap));
    odd = mve_add_i16(odd, mve_multiply_odd(x, tap));
    s0 = mve_add_i32(s0, mve_even_i32(even));
    s1 = mve_add_i32(s1, mve_odd_i32(even));
    s2 = mve_add_i32(s2, mve_even_i32(odd));
    s3 = mve_add_i32(s3, mve_odd_i32(odd));
  }
  const mve_scales* scales = (const mve_scales*)(const void*)w;
  const mve_i16 low = narrow_output(o, scales, s0, s1);
  mve_store_16(y, low, narrow_output(o, scales + 1, s2, s3));
  return w + 2 * sizeof *scales;
}

// Eight channels or fewer.
static inline const int8_t* run_8(const depthwise_output* o, const int8_t* const* taps,
                                  int32_t count, int32_t offset, const int8_t* packed,
                                  int32_t channels, int8_t* y) {
  const int32_t* starts = (const int32_t*)(const void*)packed;
  const int8_t* w = packed + MVE_DEPTHWISE_STARTS_8;
  mve_i32 even = mve_load_i32(starts);
  mve_i32 odd = mve_load_i32(starts + 4);
  for (; count > 0; count -= 2, taps += 2, w += 16) {
    const mve_i16 x0 = mve_load_some(taps[0] + offset, channels);
    const mve_i16 x1 = mve_load_some(taps[1] + offset, channels);
    const mve_i16 sum = mve_add_i16(mve_multiply_i16(x0, mve_load_i8_i16(w)),
                                    mve_multiply_i16(x1, mve_load_i8_i16(w + 8)));
    even = mve_add_i32(even, mve_even_i32(sum));
    odd = mve_add_i32(odd, mve_odd_i32(sum));
  }
  const mve_scales* scales = (const mve_scales*)(const void*)w;
  mve_store_some(y, narrow_output(o, scales, even, odd), channels);
  return w + sizeof *scales;
}

static int8_t* run_pixel(const depthwise_source* s, const depthwise_output* o,
                         const int8_t* const* taps, int32_t offset, const int8_t* packed,
                         int8_t* y) {
  const int32_t channels = s->p->ic;
  const int32_t count = mve_depthwise_taps(s->p->kh * s->p->kw);
  int32_t c = 0;
  for (; c + 16 <= channels; c += 16) {
    packed = run_16(o, taps, count, offset + c, packed, y + c);
  }
  for (; c < channels; c += 8) {
    const int32_t rest = channels - c < 8 ? channels - c : 8;
    packed = run_8(o, taps, count, offset + c, packed, rest, y + c);
  }
  return y + channels;
}

static int8_t* run_row(const depthwise_source* s, const depthwise_output* o, const int8_t* packed,
                       int8_t* y) {
  const mote_depthwise_conv_2d_params* p = s->p;
  const int8_t* taps[MVE_DEPTHWISE_TAPS + 1];
  const int32_t rows_inside = s->top >= 0 && s->top + ring_rows(p) < p->h;
  const int32_t last = rows_inside ? p->w - 1 - (p->kw - 1) * p->dilation_w : -1;
  int32_t column = -p->pad_left;
  int32_t found = last + 1;  // the column that `taps` are for; good for all up to the last
  for (int32_t j = 0; j < p->ow; ++j, column += p->stride_w) {
    if (found < 0 || column > last) found = last + 1;
    if (found > last) {
      find_taps(s, column, taps);
      found = column;
    }
    y = run_pixel(s, o, taps, (column - found) * p->ic, packed, y);
  }
  return y;
}

static inline void run_all(const mote_kernel_args* args, int8_t* ring) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const mote_output_stage* stage = &p->output;
  const depthwise_output output = {stage->rounding == MOTE_ROUND_SINGLE, mve_ties_matter(stage),
                                   stage->zero_point, mve_all_i16(stage->min),
                                   mve_all_i16(stage->max)};
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  mve_fill(args->scratch, p->x_zero_point, zeros_bytes(p));
  for (int32_t n = 0; n < p->n; ++n, x += p->h * row_bytes(p)) {
    depthwise_source s = {p, x, args->scratch, ring, 0, 0};
    for (int32_t i = 0; i < p->oh; ++i) {
      move_to(&s, i * p->stride_h - p->pad_top);
      y = run_row(&s, &output, args->packed, y);
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
