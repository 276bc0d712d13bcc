// From sums to bytes on ARMv8.1-M with vectors, exactly as requantize.h defines it.
//
//   const mve_output output = mve_output_of(&p->output);
//   mve_store_channels(&output, scales, sums, channels, y);
//
// Sums and scales stand in *slots*, as widening and narrowing vectors leave them: of 16 channels
// first 0, 4, 8, 12, then 2, 6, 10, 14, then 1, 5, 9, 13, then 3, 7, 11, 15; of a rest of eight or
// fewer 0, 2, 4, 6 and then 1, 3, 5, 7 (mve_scales.h).
//
// Rounding twice: VQRDMULH is the doubling high product rounded to nearest, ties up; VRSHL rounds
// ties up, too, so that one less than a negative number goes away from zero. The second does not
// matter where outputs below the zero point are clamped: the two differ below zero alone, and give
// zero or less. Rounding once: VQDMULH rounds down, and a shift of 1 or more after it sees all that
// decides.
#pragma once

#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/simd/mcu_mve.h"

enum { MVE_SUMS = 32 };  // four-byte sums between those of two pixels

/// The scales of eight slots; shifts are 0 or less, to the right.
typedef struct mve_scales {
  int8_t shifts[8];
  int32_t multipliers[8];
} mve_scales;

typedef struct mve_output {
  int32_t once;  // rounds once
  int32_t ties;  // ties below zero matter
  int32_t zero_point, min, max;
} mve_output;

static inline mve_output mve_output_of(const mote_output_stage* stage) {
  const int32_t once = stage->rounding == MOTE_ROUND_SINGLE;
  const mve_output output = {once, !once && stage->min < stage->zero_point, stage->zero_point,
                             stage->min, stage->max};
  return output;
}

/// Four sums, scaled.
static inline mve_i32 mve_scaled(const mve_output* o, const int32_t* sums,
                                 const int32_t* multipliers, const int8_t* shifts) {
  const mve_i32 by = mve_load_i32(multipliers);
  const mve_i32 shift = mve_load_i8_i32(shifts);
  mve_i32 v = mve_load_i32(sums);
  v = o->once ? mve_high(v, by) : mve_rounded_high(v, by);
  if (o->ties) v = mve_ties_away(v, shift);
  return mve_shift_rounded(v, shift);
}

/// Eight slots as bytes in 16 bits.
static inline mve_i16 mve_output_8(const mve_output* o, const mve_scales* scales,
                                   const int32_t* sums) {
  const mve_i32 even = mve_scaled(o, sums, scales->multipliers, scales->shifts);
  const mve_i32 odd = mve_scaled(o, sums + 4, scales->multipliers + 4, scales->shifts + 4);
  const mve_i16 moved = mve_add_scalar_i16(mve_narrow(even, odd), o->zero_point);
  return mve_clamp_i16(moved, mve_all_i16(o->min), mve_all_i16(o->max));
}

// The instructions that scale SUM by what lies at the given offsets of `scales`; q3 is lost, and q4
// where ties matter.
#define MVE_SCALE(SUM, SHIFTS, MULTIPLIERS, TIES) \
  "vldrw.s32 q3, [%[scales], #" #MULTIPLIERS      \
  "]\n"                                           \
  "vqrdmulh.s32 " #SUM ", " #SUM                  \
  ", q3\n"                                        \
  "vldrb.s32 q3, [%[scales], #" #SHIFTS "]\n" TIES(SUM) "vrshl.s32 " #SUM ", " #SUM ", q3\n"
#define MVE_TIES_UP(SUM) ""
#define MVE_TIES_AWAY(SUM) \
  "vand q4, " #SUM         \
  ", q3\n"                 \
  "vshr.s32 q4, q4, #31\n" \
  "vqadd.s32 " #SUM ", " #SUM ", q4\n"
// From 16-bit numbers of even and odd channels in q0 and q1 to bytes at y.
#define MVE_STORE_16(MIN, MAX) \
  "vqmovnb.s16 q0, q0\n"       \
  "vdup.8 q2, " MIN            \
  "\n"                         \
  "vqmovnt.s16 q0, q1\n"       \
  "vdup.8 q3, " MAX            \
  "\n"                         \
  "vmax.s8 q0, q0, q2\n"       \
  "vmin.s8 q0, q0, q3\n"       \
  "vstrb.8 q0, [%[y]], #16\n"

// Blocks of 16 channels that are rounded twice: 36 instructions each, 48 where ties matter.
#define MVE_SCALE_BLOCKS(TIES) \
  __asm__ volatile(                                                                     \
      "dls lr, %[blocks]\n"                                                             \
      "1:\n"                                                                            \
      "vldrw.s32 q0, [%[sums]], #64\n"                                                  \
      "vldrw.s32 q1, [%[sums], #-48]\n"                                                 \
      MVE_SCALE(q0, 0, 8, TIES)                                                         \
      MVE_SCALE(q1, 4, 24, TIES)                                                        \
      "vqmovnb.s32 q0, q0\n"                                                            \
      "vqmovnt.s32 q0, q1\n"                                                            \
      "vldrw.s32 q1, [%[sums], #-32]\n"                                                 \
      "vqadd.s16 q0, q0, %[zero_point]\n"                                               \
      "vldrw.s32 q2, [%[sums], #-16]\n"                                                 \
      MVE_SCALE(q1, 40, 48, TIES)                                                       \
      MVE_SCALE(q2, 44, 64, TIES)                                                       \
      "vqmovnb.s32 q1, q1\n"                                                            \
      "adds %[scales], #80\n"                                                           \
      "vqmovnt.s32 q1, q2\n"                                                            \
      "vqadd.s16 q1, q1, %[zero_point]\n"                                                MVE_STORE_16("%[min]", "%[max]")                                                                      \
      "le lr, 1b\n"                                                                     \
      : [sums] "+&r"(sums), [scales] "+&l"(scales), [y] "+&r"(y)                           \
      : [blocks] "r"(blocks), [min] "r"(o->min), [max] "r"(o->max),                     \
        [zero_point] "r"(o->zero_point)                                                 \
      : "lr", "q0", "q1", "q2", "q3", "q4", "cc", "memory")

// Eight channels, or `channels` where that is fewer: 23 instructions, or 29.
#define MVE_SCALE_REST(TIES) \
  __asm__ volatile(                                                                     \
      "vctp.16 %[channels]\n"                                                           \
      "vldrw.s32 q0, [%[sums]]\n"                                                       \
      "vldrw.s32 q1, [%[sums], #16]\n"                                                  \
      MVE_SCALE(q0, 0, 8, TIES)                                                         \
      MVE_SCALE(q1, 4, 24, TIES)                                                        \
      "vqmovnb.s32 q0, q0\n"                                                            \
      "vdup.16 q2, %[min]\n"                                                            \
      "vqmovnt.s32 q0, q1\n"                                                            \
      "vdup.16 q3, %[max]\n"                                                            \
      "vqadd.s16 q0, q0, %[zero_point]\n"                                               \
      "vmax.s16 q0, q0, q2\n"                                                           \
      "vmin.s16 q0, q0, q3\n"                                                           \
      "vpst\n"                                                                          \
      "vstrbt.16 q0, [%[y]]\n"                                                          \
      :                                                                                 \
      : [sums] "r"(sums), [scales] "l"(scales), [y] "l"(y), [channels] "r"(channels),   \
        [min] "r"(o->min), [max] "r"(o->max), [zero_point] "r"(o->zero_point)           \
      : "q0", "q1", "q2", "q3", "q4", "cc", "memory")

// One pixel that is rounded twice.
#define MVE_STORE_TWICE(TIES)                                        \
  if (blocks > 0) MVE_SCALE_BLOCKS(TIES);                            \
  for (; channels > 0; channels -= 8, sums += 8, ++scales, y += 8) { \
    MVE_SCALE_REST(TIES);                                            \
  }

/// Stores the outputs of `channels` channels of one pixel.
static inline void mve_store_channels(const mve_output* o, const mve_scales* scales,
                                      const int32_t* sums, int32_t channels, int8_t* y) {
  int32_t blocks = channels / 16;
  channels %= 16;
#if defined(__ARM_FEATURE_MVE)
  if (!o->once) {
    if (o->ties) {
      MVE_STORE_TWICE(MVE_TIES_AWAY)
    } else {
      MVE_STORE_TWICE(MVE_TIES_UP)
    }
    return;
  }
#endif
  for (; blocks > 0; --blocks, sums += 16, scales += 2, y += 16) {
    mve_store_16(y, mve_output_8(o, scales, sums), mve_output_8(o, scales + 1, sums + 8));
  }
  for (; channels > 0; channels -= 8, sums += 8, ++scales, y += 8) {
    mve_store_some(y, mve_output_8(o, scales, sums), channels);
  }
}

/// The same of `pixels` pixels: their sums lie MVE_SUMS apart, their outputs `step` bytes.
static inline void mve_store_pixels(const mve_output* o, const mve_scales* scales,
                                    const int32_t* sums, int32_t channels, int8_t* y,
                                    int32_t pixels, int32_t step) {
  for (; pixels > 0; --pixels, sums += MVE_SUMS, y += step) {
    mve_store_channels(o, scales, sums, channels, y);
  }
}
