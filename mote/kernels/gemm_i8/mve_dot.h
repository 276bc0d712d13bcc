// Products of pixels of bytes and groups of four channels on ARMv8.1-M with vectors.
//
//   group = mve_dot_2(x0, x1, group, blocks, sums);  // sums[0..3] and sums[MVE_SUMS..]
//
// Written as instructions: VMLADAVA adds to general registers of even number, eight of which
// compilers do not find room for, and loops with tails need predication. Two pixels share what they
// load: 16 instructions for 128 products.
#pragma once

#include "mote/kernels/simd/mcu_mve.h"

/// Four channels' weights: four starts of accumulators (i32), and then, for each 16 bytes of a
/// pixel, 16 weights of each channel. Plain C for mve_dot_1 and mve_dot_2; sums wrap.
static inline void mve_plain_dot(const int8_t* x, const int8_t* group, int32_t count,
                                 int32_t* sums) {
  for (int32_t c = 0; c < 4; ++c) {
    uint32_t sum = 0;
    for (int32_t i = 3; i >= 0; --i) sum = sum << 8 | (uint8_t)group[4 * c + i];
    for (int32_t i = 0; i < count; ++i) {
      sum += (uint32_t)(x[i] * group[16 + i / 16 * 64 + 16 * c + i % 16]);
    }
    sums[c] = (int32_t)sum;
  }
}

enum { MVE_SUMS = 32 };  // between the sums of two pixels

/// The sums of one pixel of `count` bytes and a group; returns the next group.
static inline const int8_t* mve_dot_1(const int8_t* x, const int8_t* group, int32_t count,
                                      int32_t* sums) {
#if defined(__ARM_FEATURE_MVE)
  int32_t a0, a1, a2, a3;
  __asm__ volatile(
      "ldrd %[a0], %[a1], [%[group]], #8\n"
      "ldrd %[a2], %[a3], [%[group]], #8\n"
      "dlstp.8 lr, %[count]\n"
      "1:\n"
      "vldrb.8 q0, [%[x]], #16\n"
      "vldrb.8 q1, [%[group]], #16\n"
      "vmladava.s8 %[a0], q0, q1\n"
      "vldrb.8 q2, [%[group]], #16\n"
      "vmladava.s8 %[a1], q0, q2\n"
      "vldrb.8 q1, [%[group]], #16\n"
      "vmladava.s8 %[a2], q0, q1\n"
      "vldrb.8 q2, [%[group]], #16\n"
      "vmladava.s8 %[a3], q0, q2\n"
      "letp lr, 1b\n"
      "strd %[a0], %[a1], [%[sums]]\n"
      "strd %[a2], %[a3], [%[sums], #8]\n"
      : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [a2] "=&Te"(a2), [a3] "=&Te"(a3), [x] "+&r"(x),
        [group] "+&r"(group)
      : [count] "r"(count), [sums] "r"(sums)
      : "lr", "q0", "q1", "q2", "cc", "memory");
  return group;
#else
  mve_plain_dot(x, group, count, sums);
  return group + 16 + (count + 15) / 16 * 64;
#endif
}

/// The same of two pixels of `blocks` times 16 bytes, all of which are read: where a pixel has no
/// element, the weight is 0. The sums of the second lie MVE_SUMS after those of the first.
static inline const int8_t* mve_dot_2(const int8_t* x0, const int8_t* x1, const int8_t* group,
                                      int32_t blocks, int32_t* sums) {
#if defined(__ARM_FEATURE_MVE)
  int32_t a0, a1, a2, a3, b0, b1, b2, b3;
  __asm__ volatile(
      "ldrd %[a0], %[a1], [%[group]], #8\n"
      "ldrd %[a2], %[a3], [%[group]], #8\n"
      "mov %[b0], %[a0]\n"
      "mov %[b1], %[a1]\n"
      "mov %[b2], %[a2]\n"
      "mov %[b3], %[a3]\n"
      "1:\n"
      "vldrb.8 q0, [%[x0]], #16\n"
      "vldrb.8 q2, [%[group]], #16\n"
      "vmladava.s8 %[a0], q0, q2\n"
      "vldrb.8 q1, [%[x1]], #16\n"
      "vmladava.s8 %[b0], q1, q2\n"
      "vldrb.8 q3, [%[group]], #16\n"
      "vmladava.s8 %[a1], q0, q3\n"
      "subs %[blocks], #1\n"
      "vmladava.s8 %[b1], q1, q3\n"
      "vldrb.8 q2, [%[group]], #16\n"
      "vmladava.s8 %[a2], q0, q2\n"
      "vmladava.s8 %[b2], q1, q2\n"
      "vldrb.8 q3, [%[group]], #16\n"
      "vmladava.s8 %[a3], q0, q3\n"
      "vmladava.s8 %[b3], q1, q3\n"
      "bne 1b\n"
      "strd %[a0], %[a1], [%[sums]]\n"
      "strd %[a2], %[a3], [%[sums], #8]\n"
      "strd %[b0], %[b1], [%[sums], #128]\n"
      "strd %[b2], %[b3], [%[sums], #136]\n"
      : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [a2] "=&Te"(a2), [a3] "=&Te"(a3), [b0] "=&Te"(b0),
        [b1] "=&Te"(b1), [b2] "=&Te"(b2), [b3] "=&Te"(b3), [x0] "+&r"(x0), [x1] "+&r"(x1),
        [group] "+&r"(group), [blocks] "+&r"(blocks)
      : [sums] "r"(sums)
      : "q0", "q1", "q2", "q3", "cc", "memory");
  return group;
#else
  mve_plain_dot(x0, group, 16 * blocks, sums);
  mve_plain_dot(x1, group, 16 * blocks, sums + MVE_SUMS);
  return group + 16 + blocks * 64;
#endif
}
