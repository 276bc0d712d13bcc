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
enum { MOTE_TAP_CHANNELS = 4, MOTE_MOST_TAPS = 26, MOTE_STAGE_WORDS = 2 * MOTE_TAP_CHANNELS };

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

static int32_t blocks_of(const mote_depthwise_conv_2d_params* p) {
  return (p->ic + MOTE_TAP_CHANNELS - 1) / MOTE_TAP_CHANNELS;
}

// For each block of channels four stages, then a word of weights for each tap and one of zeros.
// The last block is the last four channels, some of which may be the block before's too.
static int64_t packed_bytes(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  const int64_t stages = MOTE_TAP_CHANNELS * (int64_t)sizeof(mote_channel_stage);
  return blocks_of(p) * (stages + (taps_of(p) + 1) * (int64_t)MOTE_TAP_CHANNELS);
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_depthwise_conv_2d_params* p = params;
  const int8_t* weights = constants[1];
  const int32_t* bias = constants[2];
  char* to = packed;
  for (int32_t b = 0; b < blocks_of(p); ++b) {
    const int32_t last = p->ic - MOTE_TAP_CHANNELS;
    const int32_t first = b * MOTE_TAP_CHANNELS < last ? b * MOTE_TAP_CHANNELS : last;
    for (int32_t c = first; c < first + MOTE_TAP_CHANNELS; ++c, to += sizeof(mote_channel_stage)) {
      const mote_channel_stage s =
          mote_channel_stage_of(&p->output, bias != NULL ? bias[c] : 0, c, taps_of(p));
      memcpy(to, &s, sizeof s);
    }
    for (int32_t t = 0; t < taps_of(p); ++t, to += MOTE_TAP_CHANNELS) {
      memcpy(to, weights + (int64_t)t * p->ic + first, MOTE_TAP_CHANNELS);
    }
    memset(to, 0, MOTE_TAP_CHANNELS);
    to += MOTE_TAP_CHANNELS;
  }
}

static int32_t copied_rows(const mote_depthwise_conv_2d_params* p) {
  return (p->kh - 1) * p->dilation_h;
}
static int64_t pairs_bytes(const mote_depthwise_conv_2d_params* p) {
  return (int64_t)((taps_of(p) + 1) / 2) * (int64_t)sizeof(mote_tap_pair);
}
static int64_t scratch_bytes(const void* params) { return pairs_bytes(params); }
static int64_t scratch_bytes_in_place(const void* params) {
  const mote_depthwise_conv_2d_params* p = params;
  return pairs_bytes(p) + (int64_t)copied_rows(p) * p->w * p->ic;
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

// What pixels of a row read that read the same taps, an even number of them.
typedef struct mote_tap_stretch {
  int32_t count;                // of taps
  mote_tap_pair* pairs;         // their x: where the first pixel reads
  uint8_t tap[MOTE_MOST_TAPS];  // which word of the weights is theirs
} mote_tap_stretch;

static inline void mote_add_tap(mote_tap_stretch* s, const int8_t* x, int32_t tap) {
  s->pairs[s->count >> 1].x[s->count & 1] = x;
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
  const int32_t zero = p->kh * p->kw;
  if (s->count == 0) mote_add_tap(s, rows->x, zero);
  if ((s->count & 1) != 0) mote_add_tap(s, s->pairs[s->count >> 1].x[0], zero);
}

// Widens the weights of the stretch's taps for a block of channels.
static inline void mote_widen_taps(const mote_tap_stretch* s, const uint32_t* weights) {
  const uint8_t* const end = s->tap + s->count;
  mote_tap_pair* pair = s->pairs;
  for (const uint8_t* tap = s->tap; tap != end; tap += 2, ++pair) {
    const uint32_t a = weights[tap[0]];
    const uint32_t b = weights[tap[1]];
    const uint32_t low = mote_low_halves(a, b);
    const uint32_t high = mote_high_halves(a, b);
    pair->weights[0] = mote_even_bytes(low);
    pair->weights[1] = mote_odd_bytes(low);
    pair->weights[2] = mote_even_bytes(high);
    pair->weights[3] = mote_odd_bytes(high);
  }
}

// The stored value of a channel; `stages` moves on.
static inline int8_t mote_tap_value(int32_t sum, const uint32_t** stages, int32_t offset) {
  const mote_channel_stage s = mote_next_stage(stages);
  const int32_t twice = 2 * sum + mote_twice_bias(s.bias_and_shift);
  return (int8_t)mote_channel_stage_i8(s, twice, offset);
}

// Four channels of the pixels from `y` to `end`, whose stages and weights are `block`.
static inline void mote_run_block(const mote_tap_stretch* s, const mote_depthwise_conv_2d_params* p,
                                  const uint32_t* block, int32_t at, int8_t* y, const int8_t* end) {
  const mote_tap_pair* const pairs_end = s->pairs + (s->count >> 1);
  const uint32_t minus_zero = mote_both_halves(-p->x_zero_point);
  const int32_t offset = 2 * p->output.zero_point + 1;
  const int32_t y_step = p->ic;
  const int32_t x_step = p->stride_w * y_step;
  for (; y != end; y += y_step, at += x_step) {
    const uint32_t* stages = block;
    int32_t sums[4] = {0, 0, 0, 0};
    mote_add_tap_pairs(s->pairs, pairs_end, at, minus_zero, sums);
    y[0] = mote_tap_value(sums[0], &stages, offset);
    y[1] = mote_tap_value(sums[1], &stages, offset);
    y[2] = mote_tap_value(sums[2], &stages, offset);
    y[3] = mote_tap_value(sums[3], &stages, offset);
  }
}

// All channels of `pixels` pixels.
static void mote_run_stretch(const mote_kernel_args* args, const mote_tap_stretch* s,
                             int32_t pixels, int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const uint32_t* block = args->packed;
  int32_t c = 0;
  do {
    // The last block of channels may begin within the one before.
    if (c > p->ic - MOTE_TAP_CHANNELS) c = p->ic - MOTE_TAP_CHANNELS;
    const uint32_t* weights = block + MOTE_STAGE_WORDS;
    mote_widen_taps(s, weights);
    mote_run_block(s, p, block, c, y + c, y + c + pixels * p->ic);
    block = weights + p->kh * p->kw + 1;
    c += MOTE_TAP_CHANNELS;
  } while (c < p->ic);
}

// One row of the output, whose windows start at row `top`.
static void mote_run_row(const mote_kernel_args* args, const mote_row_ring* rows, int32_t top,
                         int8_t* y) {
  const mote_depthwise_conv_2d_params* p = args->params;
  // The last pixel from which windows end inside of the image.
  const int32_t last = (p->w - 1 - (p->kw - 1) * p->dilation_w + p->pad_left) / p->stride_w;
  mote_tap_stretch stretch;
  stretch.pairs = args->scratch;
  int32_t j = 0;
  while (j < p->ow) {
    const int32_t left = j * p->stride_w - p->pad_left;
    int32_t end = j + 1;
    if (left >= 0 && last > j) end = last < p->ow ? last + 1 : p->ow;
    mote_find_taps(p, rows, top, left, &stretch);
    mote_run_stretch(args, &stretch, end - j, y + j * p->ic);
    j = end;
  }
}

// `copied` rows of each window are copied before the output may be stored over them.
static inline void mote_depthwise_run(const mote_kernel_args* args, int32_t copied) {
  const mote_depthwise_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  mote_tap_pair* pairs = args->scratch;
  int8_t* ring = (int8_t*)(pairs + ((p->kh * p->kw + 1) >> 1));
  for (int32_t n = 0; n < p->n; ++n) {
    mote_row_ring rows = {.x = x + n * p->h * p->w * p->ic,
                          .h = p->h,
                          .row_bytes = p->w * p->ic,
                          .copied = copied,
                          .ring = ring};
    for (int32_t i = 0; i < p->oh; ++i, y += p->ow * p->ic) {
      const int32_t top = i * p->stride_h - p->pad_top;
      mote_row_ring_move(&rows, top);
      mote_run_row(args, &rows, top, y);
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
