// Convolutions of i8 on Cortex-M with the DSP extension: two pixels by two output channels at a
// time. The windows of both pixels are widened to 16 bits in scratch, less the zero point, side by
// side; the weights are gemm_i8/channel_pairs.h's. So the results may be stored over x as soon as
// a pixel's window is behind.
#include "mote/kernels/simd/mcu_dsp.h"

#include "mote/kernels/conv_2d/window.h"
#include "mote/kernels/gemm_i8/channel_pairs.h"
#include "mote/kernels/kernel.h"

// Of a window: each of its rows begins with a quad of its own.
static inline int32_t mote_window_quads(const mote_conv_2d_params* p) {
  return p->kh * mote_quads_of(p->kw * p->ic);
}

static mote_channel_pairs layer_of(const mote_conv_2d_params* p, const void* const* constants) {
  return (mote_channel_pairs){.channels = p->oc,
                              .runs = p->kh,
                              .run = p->kw * p->ic,
                              .weights = constants[1],
                              .bias = constants[2],
                              .stage = &p->output};
}

static const char* refuses(const void* params, const void* const* constants) {
  const mote_conv_2d_params* p = params;
  const mote_channel_pairs layer = layer_of(p, constants);
  if (p->groups != 1) return "its channels are grouped";
  if (p->dilation_w != 1) return "its columns are dilated";
  if (p->output.rounding != MOTE_ROUND_DOUBLE) return "it rounds otherwise";
  if (p->w_zero_point != 0) return "its weights have a zero point";
  return mote_channel_pairs_refuse(&layer);
}

static int64_t packed_bytes(const void* params) {
  const mote_conv_2d_params* p = params;
  return mote_channel_pairs_bytes(p->oc, mote_window_quads(p));
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_channel_pairs layer = layer_of(params, constants);
  mote_channel_pairs_pack(&layer, packed);
}

// Of a quad: the words {0, 2} of both pixels, then {1, 3} of both.
enum { MOTE_QUAD_WORDS = 4 };

static int64_t scratch_bytes(const void* params) {
  return (int64_t)mote_window_quads(params) * MOTE_QUAD_WORDS * (int64_t)sizeof(uint32_t);
}

// Both pixels are stored after both were read: the first no earlier than pixel by pixel.
static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_conv_2d_window(params, sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1});
}

// Four elements to one pixel's words of a quad.
static inline void mote_widen_quad(uint32_t word, uint32_t minus_zero, uint32_t* quad) {
  quad[0] = mote_add_even_bytes(minus_zero, word);
  quad[2] = mote_add_odd_bytes(minus_zero, word);
}

// Widens `count` elements of x to the elements from `at` on of one pixel, whose words in scratch
// start at `lane`. What follows a whole row of the window in its last quad is multiplied by 0.
static inline void mote_widen_run(const int8_t* x, int32_t count, int32_t zero_point, int32_t at,
                                  int is_whole, uint32_t* lane) {
  const uint32_t minus_zero = mote_both_halves(-zero_point);
  while (count > 0) {
    uint32_t* quad = lane + (at >> 2) * MOTE_QUAD_WORDS;
    if ((at & 3) != 0 || count < 4) {
      const int16_t value = (int16_t)(*x++ - zero_point);
      memcpy((char*)(quad + 2 * (at & 1)) + (at & 2), &value, sizeof value);
      ++at;
      --count;
      continue;
    }
    at += count & ~3;
    for (; count >= 4; count -= 4, x += 4, quad += MOTE_QUAD_WORDS) {
      mote_widen_quad(mote_load_word(x), minus_zero, quad);
    }
    if (is_whole && count > 0) {
      // Read with bytes before it, of which there are four, rather than past the end of x.
      const uint32_t word = mote_load_word(x + count - 4) >> (8 * (4 - count));
      mote_widen_quad(word, minus_zero, quad);
      return;
    }
  }
}

// The window of output pixel (i, j) of the image x; what lies outside of it is 0.
static void mote_widen_window(const mote_conv_2d_params* p, const int8_t* x, int32_t i, int32_t j,
                              uint32_t* lane) {
  const int32_t top = i * p->stride_h - p->pad_top;
  const int32_t left = j * p->stride_w - p->pad_left;
  const int32_t first = left < 0 ? -left : 0;
  const int32_t end = left + p->kw > p->w ? p->w - left : p->kw;
  const int32_t bottom = top + (p->kh - 1) * p->dilation_h;
  if (first > 0 || end < p->kw || top < 0 || bottom >= p->h) {
    uint32_t* quad = lane;
    for (int32_t k = mote_window_quads(p); k > 0; --k, quad += MOTE_QUAD_WORDS) {
      quad[0] = 0;
      quad[2] = 0;
    }
  }
  const int32_t ic = p->ic;
  const int32_t height = p->h;
  const int32_t row_step = p->dilation_h;
  const int32_t x_step = row_step * p->w * ic;
  const int32_t at_step = 4 * mote_quads_of(p->kw * ic);
  const int32_t count = (end - first) * ic;
  const int is_whole = end - first == p->kw;
  int32_t offset = (top * p->w + left + first) * ic;
  int32_t at = first * ic;
  for (int32_t row = top; row <= bottom; row += row_step, offset += x_step, at += at_step) {
    if (row < 0 || row >= height) continue;
    mote_widen_run(x + offset, count, p->x_zero_point, at, is_whole, lane);
  }
}

// The products of the widened windows from `x` to `end` by the words of a pair of channels.
static inline mote_pair_products mote_multiply_windows(const uint32_t* x, const uint32_t* end,
                                                       const uint32_t** w, int32_t carry[2]) {
  mote_pair_products sums = {{0, 0}, {0, 0}};
  for (;;) {
    const int32_t most = MOTE_PAIR_QUADS * MOTE_QUAD_WORDS;
    const uint32_t* const stop = (int32_t)(end - x) > most ? x + most : end;
    mote_add_two_by_pair(x, stop, w, &sums);
    if (stop == end) return sums;
    mote_carry_pair(&sums, carry);
    x = stop;
  }
}

// All channels of two pixels, whose widened windows end at `end`; the second is stored `next` past
// the first, where it is none at the first, and before it.
static void mote_two_pixels(const mote_conv_2d_params* p, const uint32_t* w, const uint32_t* x,
                            const uint32_t* end, int8_t* y, int32_t next) {
  const int32_t offset = 2 * p->output.zero_point + 1;
  for (int32_t left = p->oc; left > 0; left -= 2) {
    int32_t carry[2] = {0, 0};
    const mote_pair_products sums = mote_multiply_windows(x, end, &w, carry);
    const mote_channel_stage first = mote_next_stage(&w);
    const int32_t bias = mote_twice_bias(first.bias_and_shift);
    y[next] = (int8_t)mote_channel_stage_i8(first, bias + 2 * sums.low[1], offset);
    *y++ = (int8_t)mote_channel_stage_i8(first, bias + 2 * sums.low[0], offset);
    if (left == 1) return;
    const mote_channel_stage second = mote_next_stage(&w);
    const int32_t second_bias = mote_twice_bias(second.bias_and_shift);
    const int32_t twice_0 = second_bias + carry[0] + ((sums.both[0] - sums.low[0]) >> 7);
    const int32_t twice_1 = second_bias + carry[1] + ((sums.both[1] - sums.low[1]) >> 7);
    y[next] = (int8_t)mote_channel_stage_i8(second, twice_1, offset);
    *y++ = (int8_t)mote_channel_stage_i8(second, twice_0, offset);
  }
}

static void run(const mote_kernel_args* args) {
  const mote_conv_2d_params* p = args->params;
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  uint32_t* windows = args->scratch;
  const uint32_t* end = windows + mote_window_quads(p) * MOTE_QUAD_WORDS;
  for (int32_t n = 0; n < p->n; ++n, x += p->h * p->w * p->ic) {
    int32_t filled = 0;
    for (int32_t i = 0; i < p->oh; ++i) {
      for (int32_t j = 0; j < p->ow; ++j) {
        mote_widen_window(p, x, i, j, windows + filled);
        const int last = i + 1 == p->oh && j + 1 == p->ow;
        if (++filled < 2 && !last) continue;
        mote_two_pixels(p, args->packed, windows, end, y, filled == 2 ? p->oc : 0);
        mote_limit_i8(&p->output, y, filled * p->oc);
        y += filled * p->oc;
        filled = 0;
      }
    }
  }
}

const mote_kernel mote_kernels_conv_2d_mcu_dsp[] = {{.name = "conv_2d_i8_mcu_dsp",
                                                     .family = "conv_2d_i8",
                                                     .isa = MOTE_ISA_MCU_DSP,
                                                     .refuses = refuses,
                                                     .packed_bytes = packed_bytes,
                                                     .pack = pack,
                                                     .scratch_bytes = scratch_bytes,
                                                     .overlap = overlap,
                                                     MOTE_PRINTED("conv_2d/mcu_dsp.c", run)},
                                                    MOTE_KERNELS_END};
