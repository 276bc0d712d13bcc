// Sums over the taps of a window, channel by channel, on ARMv8.1-M with vectors.
//
//   block = mve_taps_16(taps, count, offset, block, sums);  // 16 channels at taps[t] + offset
//
// A block holds the starts of the sums (i32) and then the weights, tap by tap; sums and starts
// stand in slots (requantize/mve_output.h). Vectors have no product of lanes that adds: two
// products of bytes are added in 16 bits, where they fit if no weight is -128, and then in 32.
#pragma once

#include "mote/kernels/simd/mcu_mve.h"

#if !defined(__ARM_FEATURE_MVE)
/// The slot of a channel of a block of 16 or 8.
static inline int32_t mve_plain_slot(int32_t channel, int32_t slots) {
  static const int32_t kVector[] = {0, 2, 1, 3};
  return slots == 16 ? kVector[channel % 4] * 4 + channel / 4 : channel % 2 * 4 + channel / 2;
}

static inline void mve_plain_taps(const int8_t* const* taps, int32_t count, int32_t offset,
                                  const int8_t* block, int32_t channels, int32_t slots,
                                  int32_t* sums) {
  const int8_t* w = block + 4 * slots;
  memcpy(sums, block, (size_t)slots * sizeof *sums);
  for (int32_t c = 0; c < channels && c < slots; ++c) {
    int32_t* sum = sums + mve_plain_slot(c, slots);
    for (int32_t t = 0; t < count; ++t) {
      *sum = (int32_t)((uint32_t)*sum + (uint32_t)(taps[t][offset + c] * w[t * slots + c]));
    }
  }
}
#endif

/// Sixteen channels; returns the next block.
static inline const int8_t* mve_taps_16(const int8_t* const* taps, int32_t count, int32_t offset,
                                        const int8_t* block, int32_t* sums) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t *x0, *x1;
  __asm__ volatile(
      "vldrw.s32 q0, [%[block]], #64\n"
      "vldrw.s32 q1, [%[block], #-48]\n"
      "lsr %[x0], %[count], #1\n"
      "vldrw.s32 q2, [%[block], #-32]\n"
      "vldrw.s32 q3, [%[block], #-16]\n"
      "wls lr, %[x0], 2f\n"
      "1:\n"
      "ldrd %[x0], %[x1], [%[taps]], #8\n"
      "add %[x0], %[offset]\n"
      "add %[x1], %[offset]\n"
      "vldrb.8 q4, [%[x0]]\n"
      "vldrb.8 q5, [%[block]], #16\n"
      "vmullb.s8 q6, q4, q5\n"
      "vmullt.s8 q7, q4, q5\n"
      "vldrb.8 q4, [%[x1]]\n"
      "vldrb.8 q5, [%[block]]\n"
      "vmullb.s8 q5, q4, q5\n"
      "vadd.i16 q6, q6, q5\n"
      "vldrb.8 q5, [%[block]], #16\n"
      "vmullt.s8 q5, q4, q5\n"
      "vadd.i16 q7, q7, q5\n"
      "vmovlb.s16 q4, q6\n"
      "vadd.i32 q0, q0, q4\n"
      "vmovlt.s16 q6, q6\n"
      "vadd.i32 q1, q1, q6\n"
      "vmovlb.s16 q4, q7\n"
      "vadd.i32 q2, q2, q4\n"
      "vmovlt.s16 q7, q7\n"
      "vadd.i32 q3, q3, q7\n"
      "le lr, 1b\n"
      "2:\n"
      "lsls %[x0], %[count], #31\n"
      "beq 3f\n"
      "ldr %[x0], [%[taps]]\n"
      "add %[x0], %[offset]\n"
      "vldrb.8 q4, [%[x0]]\n"
      "vldrb.8 q5, [%[block]], #16\n"
      "vmullb.s8 q6, q4, q5\n"
      "vmullt.s8 q7, q4, q5\n"
      "vmovlb.s16 q4, q6\n"
      "vadd.i32 q0, q0, q4\n"
      "vmovlt.s16 q6, q6\n"
      "vadd.i32 q1, q1, q6\n"
      "vmovlb.s16 q4, q7\n"
      "vadd.i32 q2, q2, q4\n"
      "vmovlt.s16 q7, q7\n"
      "vadd.i32 q3, q3, q7\n"
      "3:\n"
      "vstrw.32 q0, [%[sums]]\n"
      "vstrw.32 q1, [%[sums], #16]\n"
      "vstrw.32 q2, [%[sums], #32]\n"
      "vstrw.32 q3, [%[sums], #48]\n"
      : [taps] "+r"(taps), [block] "+r"(block), [x0] "=&r"(x0), [x1] "=&r"(x1)
      : [count] "r"(count), [offset] "r"(offset), [sums] "r"(sums)
      : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory");
  return block;
#else
  mve_plain_taps(taps, count, offset, block, 16, 16, sums);
  return block + 16 * (4 + count);
#endif
}

/// Eight channels, or `channels` where that is fewer. Loads that widen take low registers alone.
static inline const int8_t* mve_taps_8(const int8_t* const* taps, int32_t count, int32_t offset,
                                       const int8_t* block, int32_t channels, int32_t* sums) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t *x0, *x1;
  __asm__ volatile(
      "vldrw.s32 q0, [%[block]], #32\n"
      "vldrw.s32 q1, [%[block], #-16]\n"
      "lsr %[x0], %[count], #1\n"
      "vctp.16 %[channels]\n"
      "wls lr, %[x0], 2f\n"
      "1:\n"
      "ldrd %[x0], %[x1], [%[taps]], #8\n"
      "add %[x0], %[offset]\n"
      "add %[x1], %[offset]\n"
      "vpstt\n"
      "vldrbt.s16 q2, [%[x0]]\n"
      "vldrbt.s16 q4, [%[x1]]\n"
      "vldrb.s16 q3, [%[block]], #16\n"
      "vldrb.s16 q5, [%[block], #-8]\n"
      "vmul.i16 q2, q2, q3\n"
      "vmul.i16 q4, q4, q5\n"
      "vadd.i16 q2, q2, q4\n"
      "vmovlb.s16 q3, q2\n"
      "vadd.i32 q0, q0, q3\n"
      "vmovlt.s16 q2, q2\n"
      "vadd.i32 q1, q1, q2\n"
      "le lr, 1b\n"
      "2:\n"
      "lsls %[x0], %[count], #31\n"
      "beq 3f\n"
      "ldr %[x0], [%[taps]]\n"
      "add %[x0], %[offset]\n"
      "vpst\n"
      "vldrbt.s16 q2, [%[x0]]\n"
      "vldrb.s16 q3, [%[block]], #8\n"
      "vmul.i16 q2, q2, q3\n"
      "vmovlb.s16 q3, q2\n"
      "vadd.i32 q0, q0, q3\n"
      "vmovlt.s16 q2, q2\n"
      "vadd.i32 q1, q1, q2\n"
      "3:\n"
      "vstrw.32 q0, [%[sums]]\n"
      "vstrw.32 q1, [%[sums], #16]\n"
      : [taps] "+r"(taps), [block] "+l"(block), [x0] "=&l"(x0), [x1] "=&l"(x1)
      : [count] "r"(count), [offset] "r"(offset), [channels] "r"(channels), [sums] "r"(sums)
      : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
  return block;
#else
  mve_plain_taps(taps, count, offset, block, channels, 8, sums);
  return block + 8 * (4 + count);
#endif
}
