// Depthwise convolutions of i8 on Cortex-M with the DSP extension: four channels at a time, two
// taps to a product. A row of the output divides into stretches of pixels that read the same taps:
// for each of them, and each four channels, the weights of these taps are widened once.
#include "mote/kernels/simd/mcu_dsp.h"

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/row_ring.h"
#include "mote/kernels/depthwise_conv_2d/window.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/requantize/channel_stage.h"

// Channels of a block; taps that a stretch may have, an even number.
enum { MOTE_TAP_CHANNELS = 4, MOTE_MOST_TAPS = 26 };

static int32_t taps_of(const mote_depthwise_conv_2d_params* p) { return p->kh * p->kw; }

static const char* refuses(const void* params, const void* const* constants) {
  const mote_depthwise_conv_2d_params* p = params;
  if (p->multiplier != 1) return "it has one filter per channel only";
  if (p->ic < MOTE_TAP_CHANNELS) return "it has fewer than 4 channels";
  if (taps_of(p) > MOTE_MOST_TAPS) return "it has more than 26 taps";
  if (p->output.rounding != MOTE_ROUND_DOUBLE) return "it rounds otherwise";
  if (p->w_zero_point != 0) return "its weights have a zero point";
  return mote_channel_stage_refuses(&p->output, constants[2], p->ic, taps_of(p));
}

// A stage for each channel, then the weights as they are.
static int64_t packed_bytes(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return (int64_t)p->ic * ((int64_t)sizeof(mote_channel_stage) + taps_of(p));
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_depthwise_conv_2d_params* p = params;
  const int32_t* bias = constants[2];
  mote_channel_stage* stages = packed;
  for (int32_t c = 0; c < p->ic; ++c) {
    stages[c] = mote_channel_stage_of(&p->output, bias != NULL ? bias[c] : 0, c);
  }
  memcpy(stages + p->ic, constants[1], (size_t)taps_of(p) * (size_t)p->ic);
}

static int32_t copied_rows(const mote_depthwise_conv_2d_params* p) {
  return (p->kh - 1) * p->dilation_h;
}
// The widened weights: for each two taps a word for each channel of a block.
static int64_t wide_bytes(const mote_depthwise_conv_2d_params* p) {
  return (int64_t)((taps_of(p) + 1) / 2) * MOTE_TAP_CHANNELS * (int64_t)sizeof(uint32_t);
}
static int64_t scratch_bytes(const void* params) { return wide_bytes(params); }
static int64_t scratch_bytes_in_place(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return wide_bytes(p) + (int64_t)copied_rows(p) * p->w * p->ic;
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.mixed = 1});
}
static int64_t overlap_in_place(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_depthwise_conv_2d_window(params, sizeof(int8_t));
  return mote_copied_rows_overlap(&window, 1);
}

// Pixels of a row that read the same taps, an even number of them.
typedef struct mote_tap_stretch {
  int32_t count;                    // of taps
  const int8_t* x[MOTE_MOST_TAPS];  // where the first pixel reads
  uint8_t tap[MOTE_MOST_TAPS];      // which it is; MOTE_MOST_TAPS: none, it counts as 0
} mote_tap_stretch;

static inline void mote_add_tap(mote_tap_stretch* s, const int8_t* x, int32_t tap) {
  s->x[s->count] = x;
  s->tap[s->count] = (uint8_t)tap;
  ++s->count;
}

// The taps of the pixel whose window starts at (top, left).
static void mote_find_taps(const mote_depthwise_conv_2d_params* p, const mote_row_ring* rows,
                           int32_t top, int32_t left, mote_tap_stretch* s) {
  s->count = 0;
  for (int32_t a = 0; a < p->kh; ++a) {
    const int8_t* row = mote_row_ring_find(rows, top + a * p->dilation_h);
    if (row == NULL) continue;
    for (int32_t b = 0; b < p->kw; ++b) {
      const int32_t column = left + b * p->dilation_w;
      if (column < 0 || column >= p->w) continue;
      mote_add_tap(s, row + column * p->ic, a * p->kw + b);
    }
  }
  if (s->count == 0) mote_add_tap(s, rows->x, MOTE_MOST_TAPS);
  if ((s->count & 1) != 0) mote_add_tap(s, s->x[s->count - 1], MOTE_MOST_TAPS);
}

static inline uint32_t mote_tap_weights(const int8_t* weights, int32_t ic, uint8_t tap) {
  return tap == MOTE_MOST_TAPS ? 0 : mote_load_word(weights + tap * ic);
}

// The weights of the stretch's taps for four channels, at `weights` of the first tap.
static inline void mote_widen_taps(const mote_tap_stretch* s, const int8_t* weights, int32_t ic,
                                   uint32_t* wide) {
  for (int32_t t = 0; t < s->count; t += 2, wide += 4) {
    const uint32_t a = mote_tap_weights(weights, ic, s->tap[t]);
    const uint32_t b = mote_tap_weights(weights, ic, s->tap[t + 1]);
    const uint32_t low = mote_low_halves(a, b);
    const uint32_t high = mote_high_halves(a, b);
    wide[0] = mote_even_bytes(low);
    wide[1] = mote_odd_bytes(low);
    wide[2] = mote_even_bytes(high);
    wide[3] = mote_odd_bytes(high);
  }
}

// Four channels of one pixel, `at` elements from where the stretch starts.
static inline void mote_four_taps_sums(const mote_tap_stretch* s, ptrdiff_t at,
                                       const uint32_t* wide, uint32_t minus_zero,
                                       const mote_channel_stage* stages, int32_t offset,
                                       int8_t* y) {
  int32_t sums[MOTE_TAP_CHANNELS] = {0, 0, 0, 0};
  const int8_t* const* x = s->x;
  const int8_t* const* const end = x + s->count;
  do {
    const uint32_t a = mote_load_word(x[0] + at);
    const uint32_t b = mote_load_word(x[1] + at);
    x += 2;
    const uint32_t low = mote_low_halves(a, b);
    const mote_words first = mote_next_words(&wide);
    sums[0] = mote_smlad(mote_add_even_bytes(minus_zero, low), first.first, sums[0]);
    sums[1] = mote_smlad(mote_add_odd_bytes(minus_zero, low), first.second, sums[1]);
    const uint32_t high = mote_high_halves(a, b);
    const mote_words second = mote_next_words(&wide);
    sums[2] = mote_smlad(mote_add_even_bytes(minus_zero, high), second.first, sums[2]);
    sums[3] = mote_smlad(mote_add_odd_bytes(minus_zero, high), second.second, sums[3]);
  } while (x != end);
  for (int32_t c = 0; c < MOTE_TAP_CHANNELS; ++c) {
    const mote_channel_stage stage = stages[c];
    const int32_t twice = 2 * sums[c] + mote_twice_bias(stage.bias_and_shift);
    y[c] = (int8_t)mote_channel_stage_i8(stage, twice, offset);
  }
}

// All channels of `pixels` pixels. The last block of channels may begin within the one before.
static void mote_run_stretch(const mote_kernel_args* args, const mote_tap_stretch* s,
                             int32_t pixels, uint32_t* wide, int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const mote_channel_stage* stages = args->packed;
  const int8_t* weights = (const int8_t*)(stages + p->ic);
  const uint32_t minus_zero = mote_both_halves(-p->x_zero_point);
  const int32_t offset = 2 * p->output.zero_point + 1;
  const int32_t step = p->stride_w * p->ic;
  int32_t c = 0;
  for (;;) {
    mote_widen_taps(s, weights + c, p->ic, wide);
    for (int32_t j = 0; j < pixels; ++j) {
      mote_four_taps_sums(s, (ptrdiff_t)j * step + c, wide, minus_zero, stages + c, offset,
                          y + j * p->ic + c);
    }
    if (c + MOTE_TAP_CHANNELS == p->ic) return;
    c = c + 2 * MOTE_TAP_CHANNELS <= p->ic ? c + MOTE_TAP_CHANNELS : p->ic - MOTE_TAP_CHANNELS;
  }
}

// One row of the output, whose windows start at row `top`.
static void mote_run_row(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                         uint32_t* wide, int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  // The last pixel from which windows end inside of the image.
  const int32_t last = (p->w - 1 - (p->kw - 1) * p->dilation_w + p->pad_left) / p->stride_w;
  mote_tap_stretch stretch;
  int32_t j = 0;
  while (j < p->ow) {
    const int32_t left = j * p->stride_w - p->pad_left;
    int32_t end = j + 1;
    if (left >= 0 && last > j) end = last < p->ow ? last + 1 : p->ow;
    mote_find_taps(p, rows, top, left, &stretch);
    mote_run_stretch(args, &stretch, end - j, wide, y + j * p->ic);
    j = end;
  }
}

// `copied` rows of each window are copied before the output may be stored over them.
static inline void mote_depthwise_run(const mote_kernel_args* args, int32_t copied) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  uint32_t* wide = args->scratch;
  int8_t* ring = (int8_t*)(wide + ((p->kh * p->kw + 1) >> 1) * MOTE_TAP_CHANNELS);
  for (int32_t n = 0; n < p->n; ++n) {
    mote_row_ring rows = {.x = x + n * p->h * p->w * p->ic,
                          .h = p->h,
                          .row_bytes = p->w * p->ic,
                          .copied = copied,
                          .ring = ring};
    for (int32_t i = 0; i < p->oh; ++i, y += p->ow * p->ic) {
      const int32_t top = i * p->stride_h - p->pad_top;
      mote_row_ring_move(&rows, top);
      mote_run_row(args, &rows, top, wide, y);
      mote_limit_i8(&p->output, y, p->ow * p->ic);
    }
  }
}

static void run(const mote_kernel_args* args) { mote_depthwise_run(args, 0); }
static void run_in_place(const mote_kernel_args* args) {
  const mote_depthwise_conv_2d_params* p = args->params;
  mote_depthwise_run(args, (p->kh - 1) * p->dilation_h);
}

#define ROW(NAME, ENTRY, SCRATCH_BYTES, OVERLAP)                                                 \
  {                                                                                              \
    .name = NAME, .family = "depthwise_conv_2d_i8", .isa = MOTE_ISA_MCU_DSP, .refuses = refuses, \
    .packed_bytes = packed_bytes, .pack = pack, .scratch_bytes = SCRATCH_BYTES,                  \
    .overlap = OVERLAP, MOTE_PRINTED("depthwise_conv_2d/mcu_dsp.c", ENTRY)                       \
  }

const mote_kernel mote_kernels_depthwise_conv_2d_mcu_dsp[] = {
    ROW("depthwise_conv_2d_i8_mcu_dsp_in_place", run_in_place, scratch_bytes_in_place,
        overlap_in_place),
    ROW("depthwise_conv_2d_i8_mcu_dsp", run, scratch_bytes, overlap), MOTE_KERNELS_END};
