// Weights of i8 in which one multiplication serves two output channels: for processors that
// multiply halves of words, such as Cortex-M4 (simd/mcu_dsp.h).
//
// A half of 16 bits holds v + 256 w, the weights v and w of channels 2i and 2i + 1 for the same
// element x. Sums of x * half are A + 256 B, with A and B the sums of both channels; sums of x * v,
// which needs but one instruction to sign-extend two low bytes, are A. So
//
//   2 B = (sum of x * half - sum of x * v) >> 7
//
// exactly, while B has no more than 24 bits: after at most MOTE_PAIR_QUADS groups of four products
// that is taken apart. v + 256 w fits 16 bits unless w is -128 and v negative.
//
// Packed, for each pair of channels: for each four elements ("quad") of each run, such as the row
// of a window, the words {0, 2} and {1, 3}, the order in which SXTB16 widens four bytes of x, then
// two mote_channel_stage. What is missing from the last quad of a run and from the last pair is 0.
#pragma once

#include "mote/kernels/requantize/channel_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// 255 * 128 * 256 < 2^23.
enum { MOTE_PAIR_QUADS = 64 };

/// Constants of a layer, as the reference takes them.
typedef struct mote_channel_pairs {
  int32_t channels;       // of the output
  int32_t runs, run;      // runs * run products make a sum
  const int8_t* weights;  // [channels, runs, run]
  const int32_t* bias;    // [channels] or NULL
  const mote_output_stage* stage;
} mote_channel_pairs;

/// Of one run.
static inline int32_t mote_quads_of(int32_t run) { return (run + 3) >> 2; }
/// Of a packed pair with so many quads.
static inline int32_t mote_pair_words(int32_t quads) { return 4 + 2 * quads; }

/// Takes what `both` holds of the second channel to `carry`, twice, before it may overflow.
static inline void mote_carry_pair(mote_pair_products* sums, int32_t carry[2]) {
  for (int32_t i = 0; i < 2; ++i) {
    carry[i] += (sums->both[i] - sums->low[i]) >> 7;
    sums->both[i] = sums->low[i];
  }
}

const char* mote_channel_pairs_refuse(const mote_channel_pairs* layer);
int64_t mote_channel_pairs_bytes(int32_t channels, int32_t quads);
void mote_channel_pairs_pack(const mote_channel_pairs* layer, uint32_t* packed);

#ifdef __cplusplus
}
#endif
