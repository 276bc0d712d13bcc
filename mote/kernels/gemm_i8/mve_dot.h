// Products of pixels of bytes and groups of four channels on ARMv8.1-M with vectors.
//
//   mve_dots dots = {x0, x1, group, blocks, sums, groups};
//   mve_dot_2(&dots);  // sums[0..] and sums[MVE_SUMS..]
//
// Written as instructions: VMLADAVA adds to general registers of even number, eight of which
// compilers do not find room for, and loops with tails need predication. Two pixels share what they
// load: 16 instructions for 128 products.
#pragma once

#include "mote/kernels/requantize/mve_output.h"

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

/// Two pixels of `blocks` times 16 bytes, all of which are read: where a pixel has no element, the
/// weight is 0. The sums of the second lie MVE_SUMS after those of the first.
typedef struct mve_dots {
  const int8_t *x0, *x1;
  const int8_t* group;
  int32_t blocks;
  int32_t* sums;
  int32_t groups;  // to do
} mve_dots;

/// All groups; `group` moves behind them.
static inline void mve_dot_2(mve_dots* dots) {
#if defined(__ARM_FEATURE_MVE)
  // Sums of the first pixel in r0, r2, r4, r6, of the second in r8, r10, r12, lr. The words of
  // `dots` are read again for every group: no register is free, as r7 may be the frame pointer.
  register mve_dots* all __asm__("r11") = dots;
  __asm__ volatile(
      "ldr r5, [%[dots], #8]\n"
      "1:\n"
      "ldrd r1, r3, [%[dots]]\n"
      "ldr r9, [%[dots], #12]\n"
      "ldrd r0, r2, [r5], #8\n"
      "ldrd r4, r6, [r5], #8\n"
      "mov r8, r0\n"
      "mov r10, r2\n"
      "mov r12, r4\n"
      "mov lr, r6\n"
      "2:\n"
      "vldrb.8 q0, [r1], #16\n"
      "vldrb.8 q2, [r5], #16\n"
      "vmladava.s8 r0, q0, q2\n"
      "vldrb.8 q1, [r3], #16\n"
      "vmladava.s8 r8, q1, q2\n"
      "vldrb.8 q3, [r5], #16\n"
      "vmladava.s8 r2, q0, q3\n"
      "subs r9, #1\n"
      "vmladava.s8 r10, q1, q3\n"
      "vldrb.8 q2, [r5], #16\n"
      "vmladava.s8 r4, q0, q2\n"
      "vmladava.s8 r12, q1, q2\n"
      "vldrb.8 q3, [r5], #16\n"
      "vmladava.s8 r6, q0, q3\n"
      "vmladava.s8 lr, q1, q3\n"
      "bne 2b\n"
      "ldrd r9, r1, [%[dots], #16]\n"
      "strd r0, r2, [r9]\n"
      "strd r4, r6, [r9, #8]\n"
      "strd r8, r10, [r9, #128]\n"
      "strd r12, lr, [r9, #136]\n"
      "adds r9, #16\n"
      "subs r1, #1\n"
      "strd r9, r1, [%[dots], #16]\n"
      "bne 1b\n"
      "str r5, [%[dots], #8]\n"
      :
      : [dots] "r"(all)
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "q0", "q1", "q2",
        "q3", "cc", "memory");
#else
  for (; dots->groups > 0; --dots->groups, dots->sums += 4) {
    mve_plain_dot(dots->x0, dots->group, 16 * dots->blocks, dots->sums);
    mve_plain_dot(dots->x1, dots->group, 16 * dots->blocks, dots->sums + MVE_SUMS);
    dots->group += 16 + dots->blocks * 64;
  }
#endif
}
