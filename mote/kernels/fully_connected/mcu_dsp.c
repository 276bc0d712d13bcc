// Fully connected layers of i8 on Cortex-M with the DSP extension: four output channels at a time,
// as two of the pairs of gemm_i8/channel_pairs.h, straight from x.
#include "mote/kernels/simd/mcu_dsp.h"

#include "mote/kernels/fully_connected/window.h"
#include "mote/kernels/gemm_i8/channel_pairs.h"
#include "mote/kernels/kernel.h"

static mote_channel_pairs layer_of(const mote_fully_connected_params* p,
                                   const void* const* constants) {
  return (mote_channel_pairs){.channels = p->n,
                              .runs = 1,
                              .run = p->k,
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
  return mote_channel_pairs_bytes(p->n, mote_quads_of(p->k));
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

// The products of a row of x, up to `end` and then `rest` where there is one, by two pairs.
static inline mote_pair_products mote_multiply_row(const int8_t* x, const int8_t* end,
                                                   const int8_t* rest, uint32_t minus_zero,
                                                   const uint32_t** first, const uint32_t** second,
                                                   int32_t carry[2]) {
  mote_pair_products sums = {{0, 0}, {0, 0}};
  for (;;) {
    const int8_t* const stop =
        (int32_t)(end - x) > 4 * MOTE_PAIR_QUADS ? x + 4 * MOTE_PAIR_QUADS : end;
    mote_add_row_by_pairs(x, stop, minus_zero, first, second, &sums);
    x = stop;
    if (x == end) {
      if (rest == NULL) return sums;
      x = rest;
      end = rest + 4;
      rest = NULL;
    }
    mote_carry_pair(&sums, carry);
  }
}

// The next channel's stored value.
static inline int8_t mote_channel_value(int32_t twice_sum, const uint32_t** stages, int32_t offset,
                                        mote_rounding rounding) {
  const mote_channel_stage s = mote_next_stage(stages);
  const int32_t twice = mote_twice_bias(s.bias_and_shift) + twice_sum;
  return (int8_t)(rounding == MOTE_ROUND_SINGLE ? mote_channel_stage_single_i8(s, twice, offset)
                                                : mote_channel_stage_i8(s, twice, offset));
}

// All channels of a row.
static inline void mote_run_row(const mote_fully_connected_params* p, const int8_t* x,
                                const uint32_t* first, int8_t* y, mote_rounding rounding) {
  const uint32_t minus_zero = mote_both_halves(-p->x_zero_point);
  const int32_t offset = 2 * p->output.zero_point + 1;
  const int32_t pair_words = mote_pair_words(mote_quads_of(p->k));
  const int8_t* const end = x + (p->k & ~3);
  // What is left of x after whole words is read with the bytes before.
  const uint32_t last = mote_load_word(x + p->k - 4) >> (8 * (-p->k & 3));
  const int8_t* const rest = (p->k & 3) != 0 ? (const int8_t*)&last : NULL;
  for (int32_t left = p->n; left > 0; left -= 4) {
    // Past the last pair the last one is taken again.
    const uint32_t* second = left > 2 ? first + pair_words : first;
    const uint32_t* const next = second + pair_words;
    int32_t carry[2] = {0, 0};
    const mote_pair_products sums =
        mote_multiply_row(x, end, rest, minus_zero, &first, &second, carry);
    *y++ = mote_channel_value(2 * sums.low[0], &first, offset, rounding);
    if (left == 1) return;
    const int32_t twice_1 = carry[0] + ((sums.both[0] - sums.low[0]) >> 7);
    *y++ = mote_channel_value(twice_1, &first, offset, rounding);
    if (left == 2) return;
    *y++ = mote_channel_value(2 * sums.low[1], &second, offset, rounding);
    if (left == 3) return;
    const int32_t twice_3 = carry[1] + ((sums.both[1] - sums.low[1]) >> 7);
    *y++ = mote_channel_value(twice_3, &second, offset, rounding);
    first = next;
  }
}

static inline void mote_fully_connected_run(const mote_kernel_args* args, mote_rounding rounding) {
  const mote_fully_connected_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t i = 0; i < p->m; ++i, x += p->k, y += p->n) {
    mote_run_row(p, x, args->packed, y, rounding);
    mote_limit_i8(&p->output, y, p->n);
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
