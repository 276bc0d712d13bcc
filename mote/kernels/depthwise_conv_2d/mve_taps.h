// Depthwise sums over the taps of a window, and their outputs, on ARMv8.1-M with vectors.
//
//   block = mve_taps_16(&source, offset, block, y);  // 16 channels at taps[t] + offset
//
// A block holds the starts of the sums (i32), the weights tap by tap, and the scales; starts and
// scales stand in slots (requantize/mve_output.h). Vectors have no product of lanes that adds: two
// products of bytes are added in 16 bits, where they fit if no weight is -128, and then in 32.
#pragma once

#include <stddef.h>

#include "mote/kernels/requantize/mve_output.h"

enum { MVE_TAPS = 32 };  // at most

typedef struct mve_taps {
  const int8_t* at[MVE_TAPS];
  int32_t count;
  mve_output output;
} mve_taps;

// Bytes of a block of 16 or 8 channels.
static inline int32_t mve_taps_block(int32_t channels, int32_t count) {
  return channels * (4 + count) + channels / 8 * (int32_t)sizeof(mve_scales);
}

#if !defined(__ARM_FEATURE_MVE)
static inline void mve_plain_taps(const mve_taps* taps, int32_t offset, const int8_t* block,
                                  int32_t channels, int32_t slots, int8_t* y) {
  static const int32_t kVector[] = {0, 2, 1, 3};
  int32_t sums[16];
  const int8_t* w = block + 4 * slots;
  memcpy(sums, block, (size_t)slots * sizeof *sums);
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t slot = slots == 16 ? kVector[c % 4] * 4 + c / 4 : c % 2 * 4 + c / 2;
    for (int32_t t = 0; t < taps->count; ++t) {
      const int32_t product = taps->at[t][offset + c] * w[t * slots + c];
      sums[slot] = (int32_t)((uint32_t)sums[slot] + (uint32_t)product);
    }
  }
  const void* scales = w + taps->count * slots;
  mve_store_channels(&taps->output, scales, sums, channels, y);
}
#endif

// Two taps of 16 channels: sums in q0 to q3.
#define MVE_TWO_TAPS_16              \
  "ldrd %[x0], %[x1], [%[at]], #8\n" \
  "add %[x0], %[offset]\n"           \
  "add %[x1], %[offset]\n"           \
  "vldrb.8 q4, [%[x0]]\n"            \
  "vldrb.8 q5, [%[block]], #16\n"    \
  "vmullb.s8 q6, q4, q5\n"           \
  "vmullt.s8 q7, q4, q5\n"           \
  "vldrb.8 q4, [%[x1]]\n"            \
  "vldrb.8 q5, [%[block]]\n"         \
  "vmullb.s8 q5, q4, q5\n"           \
  "vadd.i16 q6, q6, q5\n"            \
  "vldrb.8 q5, [%[block]], #16\n"    \
  "vmullt.s8 q5, q4, q5\n"           \
  "vadd.i16 q7, q7, q5\n" MVE_WIDEN_16
#define MVE_LAST_TAP_16           \
  "ldr %[x0], [%[at]]\n"          \
  "add %[x0], %[offset]\n"        \
  "vldrb.8 q4, [%[x0]]\n"         \
  "vldrb.8 q5, [%[block]], #16\n" \
  "vmullb.s8 q6, q4, q5\n"        \
  "vmullt.s8 q7, q4, q5\n" MVE_WIDEN_16
#define MVE_WIDEN_16      \
  "vmovlb.s16 q4, q6\n"   \
  "vadd.i32 q0, q0, q4\n" \
  "vmovlt.s16 q6, q6\n"   \
  "vadd.i32 q1, q1, q6\n" \
  "vmovlb.s16 q4, q7\n"   \
  "vadd.i32 q2, q2, q4\n" \
  "vmovlt.s16 q7, q7\n"   \
  "vadd.i32 q3, q3, q7\n"
// What MVE_SCALE does, with q5 and q4.
#define MVE_SCALE_TAPS(SUM, SHIFTS, MULTIPLIERS, TIES) \
  "vldrw.s32 q5, [%[block], #" #MULTIPLIERS            \
  "]\n"                                                \
  "vqrdmulh.s32 " #SUM ", " #SUM                       \
  ", q5\n"                                             \
  "vldrb.s32 q5, [%[block], #" #SHIFTS "]\n" TIES(SUM) "vrshl.s32 " #SUM ", " #SUM ", q5\n"
#define MVE_TAPS_UP(SUM) ""
#define MVE_TAPS_AWAY(SUM) \
  "vand q4, " #SUM         \
  ", q5\n"                 \
  "vshr.s32 q4, q4, #31\n" \
  "vqadd.s32 " #SUM ", " #SUM ", q4\n"
#define MVE_RUN_TAPS(STARTS, TWO, LAST, OUTPUT)                                            \
  __asm__ volatile(                                                                        \
      STARTS                                                                               \
      "ldr %[x0], [%[taps], %[count]]\n"                                                   \
      "lsr %[x0], #1\n"                                                                    \
      "wls lr, %[x0], 2f\n"                                                                \
      "1:\n" TWO                                                                           \
      "le lr, 1b\n"                                                                        \
      "2:\n"                                                                               \
      "ldr %[x0], [%[taps], %[count]]\n"                                                   \
      "lsls %[x0], #31\n"                                                                  \
      "beq 3f\n" LAST                                                                      \
      "3:\n"                                                                               \
      "ldr %[x0], [%[taps], %[zero_point]]\n" OUTPUT                                       \
      : [at] "+&r"(at), [block] "+&l"(block), [x0] "+&l"(x0), [x1] "=&l"(x1), [y] "+&l"(y) \
      : [taps] "r"(taps), [offset] "r"(offset), [count] "i"(offsetof(mve_taps, count)),    \
        [limits] "i"(offsetof(mve_taps, output.min)),                                      \
        [zero_point] "i"(offsetof(mve_taps, output.zero_point))                            \
      : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory")

#define MVE_STARTS_16                \
  "vldrw.s32 q0, [%[block]], #64\n"  \
  "vldrw.s32 q1, [%[block], #-48]\n" \
  "vldrw.s32 q2, [%[block], #-32]\n" \
  "vldrw.s32 q3, [%[block], #-16]\n"
#define MVE_OUTPUT_16(TIES)        \
  MVE_SCALE_TAPS(q0, 0, 8, TIES)   \
  MVE_SCALE_TAPS(q1, 4, 24, TIES)  \
  MVE_SCALE_TAPS(q2, 40, 48, TIES) \
  MVE_SCALE_TAPS(q3, 44, 64, TIES) \
  "adds %[block], #80\n"           \
  "vqmovnb.s32 q0, q0\n"           \
  "vqmovnt.s32 q0, q1\n"           \
  "vqmovnb.s32 q1, q2\n"           \
  "vqmovnt.s32 q1, q3\n"           \
  "vqadd.s16 q0, q0, %[x0]\n"      \
  "vqadd.s16 q1, q1, %[x0]\n"      \
  "ldrd %[x0], %[x1], [%[taps], %[limits]]\n" MVE_STORE_16("%[x0]", "%[x1]")

/// Sixteen channels; returns the next block.
static inline const int8_t* mve_taps_16(const mve_taps* taps, int32_t offset, const int8_t* block,
                                        int8_t* y) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t* const* at = taps->at;
  const int8_t* x1;
  int32_t x0 = 16;  // channels, and then an address
  if (taps->output.ties) {
    MVE_RUN_TAPS(MVE_STARTS_16, MVE_TWO_TAPS_16, MVE_LAST_TAP_16, MVE_OUTPUT_16(MVE_TAPS_AWAY));
  } else {
    MVE_RUN_TAPS(MVE_STARTS_16, MVE_TWO_TAPS_16, MVE_LAST_TAP_16, MVE_OUTPUT_16(MVE_TAPS_UP));
  }
  return block;
#else
  mve_plain_taps(taps, offset, block, 16, 16, y);
  return block + mve_taps_block(16, taps->count);
#endif
}

// Eight channels or fewer. Loads that widen take low registers alone.
#define MVE_STARTS_8                 \
  "vldrw.s32 q0, [%[block]], #32\n"  \
  "vldrw.s32 q1, [%[block], #-16]\n" \
  "vctp.16 %[x0]\n"
#define MVE_TWO_TAPS_8               \
  "ldrd %[x0], %[x1], [%[at]], #8\n" \
  "add %[x0], %[offset]\n"           \
  "add %[x1], %[offset]\n"           \
  "vpstt\n"                          \
  "vldrbt.s16 q2, [%[x0]]\n"         \
  "vldrbt.s16 q4, [%[x1]]\n"         \
  "vldrb.s16 q3, [%[block]], #16\n"  \
  "vldrb.s16 q5, [%[block], #-8]\n"  \
  "vmul.i16 q2, q2, q3\n"            \
  "vmul.i16 q4, q4, q5\n"            \
  "vadd.i16 q2, q2, q4\n" MVE_WIDEN_8
#define MVE_LAST_TAP_8             \
  "ldr %[x0], [%[at]]\n"           \
  "add %[x0], %[offset]\n"         \
  "vpst\n"                         \
  "vldrbt.s16 q2, [%[x0]]\n"       \
  "vldrb.s16 q3, [%[block]], #8\n" \
  "vmul.i16 q2, q2, q3\n" MVE_WIDEN_8
#define MVE_WIDEN_8       \
  "vmovlb.s16 q3, q2\n"   \
  "vadd.i32 q0, q0, q3\n" \
  "vmovlt.s16 q2, q2\n"   \
  "vadd.i32 q1, q1, q2\n"
#define MVE_OUTPUT_8(TIES)                    \
  MVE_SCALE_TAPS(q0, 0, 8, TIES)              \
  MVE_SCALE_TAPS(q1, 4, 24, TIES)             \
  "adds %[block], #40\n"                      \
  "vqmovnb.s32 q0, q0\n"                      \
  "vqmovnt.s32 q0, q1\n"                      \
  "vqadd.s16 q0, q0, %[x0]\n"                 \
  "ldrd %[x0], %[x1], [%[taps], %[limits]]\n" \
  "vdup.16 q2, %[x0]\n"                       \
  "vdup.16 q3, %[x1]\n"                       \
  "vmax.s16 q0, q0, q2\n"                     \
  "vmin.s16 q0, q0, q3\n"                     \
  "vpst\n"                                    \
  "vstrbt.16 q0, [%[y]]\n"

/// Eight channels, or `channels` where that is fewer.
static inline const int8_t* mve_taps_8(const mve_taps* taps, int32_t offset, const int8_t* block,
                                       int32_t channels, int8_t* y) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t* const* at = taps->at;
  const int8_t* x1;
  int32_t x0 = channels;  // and then an address
  if (taps->output.ties) {
    MVE_RUN_TAPS(MVE_STARTS_8, MVE_TWO_TAPS_8, MVE_LAST_TAP_8, MVE_OUTPUT_8(MVE_TAPS_AWAY));
  } else {
    MVE_RUN_TAPS(MVE_STARTS_8, MVE_TWO_TAPS_8, MVE_LAST_TAP_8, MVE_OUTPUT_8(MVE_TAPS_UP));
  }
  return block;
#else
  mve_plain_taps(taps, offset, block, channels < 8 ? channels : 8, 8, y);
  return block + mve_taps_block(8, taps->count);
#endif
}
