// Fully connected layers of i8 on Cortex-M with the DSP extension: four output channels at a time,
// as two of the pairs of gemm_i8/channel_pairs.h, straight from x.
#include "mote/kernels/simd/mcu_dsp.h"

#include "mote/kernels/fully_connected/window.h"
#include "mote/kernels/gemm_i8/channel_pairs.h"
#include "mote/kernels/kernel.h"

static mote_channel_pairs layer_of(const mote_fully_connected_params* p,
                                   const void* const* constants) {
  return (mote_channel_pairs){.channels = p->n,
                              .terms = p->k,
                              .weights = constants[1],
                              .bias = constants[2],
                              .stage = &p->output};
}

static const char* refuses(const void* params, const void* const* constants,
                           mote_rounding rounding) {
  const mote_fully_connected_params* p = params;
  const mote_channel_pairs layer = layer_of(p, constants);
  if (p->output.rounding != rounding) return "it rounds otherwise";
  if (p->w_zero_point != 0) return "its weights have a zero point";
  if (p->k < 4) return "it has fewer than 4 inputs";
  return mote_channel_pairs_refuse(&layer);
}
static const char* refuses_double(const void* params, const void* const* constants) {
  return refuses(params, constants, MOTE_ROUND_DOUBLE);
}
static const char* refuses_single(const void* params, const void* const* constants) {
  return refuses(params, constants, MOTE_ROUND_SINGLE);
}

static int64_t packed_bytes(const void* params) {
  const mote_fully_connected_params* p = params;
  return mote_channel_pairs_bytes(p->n, p->k);
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_channel_pairs layer = layer_of(params, constants);
  mote_channel_pairs_pack(&layer, packed);
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_fully_connected_window(params, 1, 1);
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .channels = 4});
}

// Twice the sums of four channels, without bias.
typedef struct mote_four_sums {
  int32_t twice[4];
} mote_four_sums;

// `quads` whole groups of four of x, by the words of two pairs.
static inline void mote_add_four_products(const int8_t* x, int32_t quads, uint32_t minus_zero,
                                          const uint32_t** a, const uint32_t** b,
                                          mote_four_sums* sums) {
  const int8_t* const end = x + 4 * quads;
  int32_t low_a = 0;
  int32_t low_b = 0;
  int32_t both_a = 0;
  int32_t both_b = 0;
  do {
    const uint32_t word = mote_load_word(x);
    const uint32_t even = mote_add_even_bytes(minus_zero, word);
    const uint32_t odd = mote_add_odd_bytes(minus_zero, word);
    const mote_words wa = mote_next_words(a);
    low_a = mote_smlad(even, mote_even_bytes(wa.first), low_a);
    both_a = mote_smlad(even, wa.first, both_a);
    low_a = mote_smlad(odd, mote_even_bytes(wa.second), low_a);
    both_a = mote_smlad(odd, wa.second, both_a);
    const mote_words wb = mote_next_words(b);
    low_b = mote_smlad(even, mote_even_bytes(wb.first), low_b);
    both_b = mote_smlad(even, wb.first, both_b);
    low_b = mote_smlad(odd, mote_even_bytes(wb.second), low_b);
    both_b = mote_smlad(odd, wb.second, both_b);
    x += 4;
  } while (x != end);
  sums->twice[0] += 2 * low_a;
  sums->twice[1] += (both_a - low_a) >> 7;
  sums->twice[2] += 2 * low_b;
  sums->twice[3] += (both_b - low_b) >> 7;
}

// A row of x by two pairs. What is left of it after whole words is read with the bytes before.
static inline mote_four_sums mote_four_channels(const mote_fully_connected_params* p,
                                                const int8_t* x, const uint32_t* a,
                                                const uint32_t* b) {
  const uint32_t minus_zero = mote_both_halves(-p->x_zero_point);
  const uint32_t rest = mote_load_word(x + p->k - 4) >> (8 * (-p->k & 3));
  mote_four_sums sums = {{0, 0, 0, 0}};
  int32_t whole = p->k >> 2;
  int32_t left = mote_quads_of(p->k);
  do {
    int32_t quads = whole < MOTE_PAIR_QUADS ? whole : MOTE_PAIR_QUADS;
    const int8_t* from = x;
    if (whole == 0) {
      from = (const int8_t*)&rest;
      quads = 1;
    }
    mote_add_four_products(from, quads, minus_zero, &a, &b, &sums);
    x += 4 * quads;
    whole -= quads;
    left -= quads;
  } while (left > 0);
  return sums;
}

static inline void mote_fully_connected_run(const mote_kernel_args* args, mote_rounding rounding) {
  const mote_fully_connected_params* p = args->params;
  const int32_t twice_zero_and_1 = 2 * p->output.zero_point + 1;
  const int32_t pair_words = mote_pair_words(p->k);
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t i = 0; i < p->m; ++i, x += p->k) {
    const uint32_t* pair = args->packed;
    for (int32_t o = 0; o < p->n; o += 4, pair += 2 * pair_words) {
      // Past the last pair the last one is taken again.
      const uint32_t* second = p->n - o > 2 ? pair + pair_words : pair;
      const mote_channel_stage* const stages[2] = {(const mote_channel_stage*)(const void*)pair,
                                                   (const mote_channel_stage*)(const void*)second};
      const mote_four_sums sums = mote_four_channels(p, x, pair + 4, second + 4);
      const int32_t count = p->n - o < 4 ? p->n - o : 4;
      for (int32_t c = 0; c < count; ++c) {
        const mote_channel_stage s = stages[c >> 1][c & 1];
        const int32_t twice = mote_twice_bias(s.bias_and_shift) + sums.twice[c];
        *y++ = (int8_t)(rounding == MOTE_ROUND_SINGLE
                            ? mote_channel_stage_single_i8(s, twice, twice_zero_and_1)
                            : mote_channel_stage_i8(s, twice, twice_zero_and_1));
      }
    }
    mote_limit_i8(&p->output, y - p->n, p->n);
  }
}

static void run_double(const mote_kernel_args* args) {
  mote_fully_connected_run(args, MOTE_ROUND_DOUBLE);
}
static void run_single(const mote_kernel_args* args) {
  mote_fully_connected_run(args, MOTE_ROUND_SINGLE);
}

#define ROW(NAME, ENTRY, REFUSES)                                                              \
  {                                                                                            \
    .name = NAME, .family = "fully_connected_i8", .isa = MOTE_ISA_MCU_DSP, .refuses = REFUSES, \
    .packed_bytes = packed_bytes, .pack = pack, .overlap = overlap,                            \
    MOTE_PRINTED("fully_connected/mcu_dsp.c", ENTRY)                                           \
  }

const mote_kernel mote_kernels_fully_connected_mcu_dsp[] = {
    ROW("fully_connected_i8_mcu_dsp", run_double, refuses_double),
    ROW("fully_connected_i8_mcu_dsp_single", run_single, refuses_single), MOTE_KERNELS_END};
