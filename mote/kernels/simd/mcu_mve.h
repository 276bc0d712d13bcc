// The vector vocabulary of device kernels for ARMv8.1-M with vectors (Helium): 16 bytes as 4, 8 or
// 16 lanes. Compiled for another machine, every function computes the same in plain C, so that the
// host tests the very kernels that a device runs.
//
//   const mve_i32 scaled = mve_shift_rounded(mve_rounded_high(accumulators, multipliers), shifts);
//
// Loops whose accumulators are general registers are written as instructions: they need tail
// predication and even registers, which compilers do not find. Source of what instructions do: Arm
// Architecture Reference Manual, Armv8-M, chapters C2 and B5.
#pragma once

#include <stdint.h>

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
typedef int32x4_t mve_i32;
typedef int16x8_t mve_i16;
typedef int8x16_t mve_i8;
#else
#include <string.h>
typedef struct mve_i32 {
  int32_t lane[4];
} mve_i32;
typedef struct mve_i16 {
  int16_t lane[8];
} mve_i16;
typedef struct mve_i8 {
  int8_t lane[16];
} mve_i8;
#endif

static inline mve_i32 mve_load_i32(const int32_t* from) {
#if defined(__ARM_FEATURE_MVE)
  return vldrwq_s32(from);
#else
  mve_i32 v;
  memcpy(v.lane, from, sizeof v.lane);
  return v;
#endif
}

static inline void mve_store_i32(int32_t* to, mve_i32 v) {
#if defined(__ARM_FEATURE_MVE)
  vstrwq_s32(to, v);
#else
  memcpy(to, v.lane, sizeof v.lane);
#endif
}

/// Four bytes, widened.
static inline mve_i32 mve_load_i8_i32(const int8_t* from) {
#if defined(__ARM_FEATURE_MVE)
  return vldrbq_s32(from);
#else
  mve_i32 v;
  for (int i = 0; i < 4; ++i) v.lane[i] = from[i];
  return v;
#endif
}

/// Wraps.
static inline mve_i32 mve_add_i32(mve_i32 a, mve_i32 b) {
#if defined(__ARM_FEATURE_MVE)
  return vaddq_s32(a, b);
#else
  for (int i = 0; i < 4; ++i) a.lane[i] = (int32_t)((uint32_t)a.lane[i] + (uint32_t)b.lane[i]);
  return a;
#endif
}

/// floor((a * b + 2^30) / 2^31), saturated.
static inline mve_i32 mve_rounded_high(mve_i32 a, mve_i32 b) {
#if defined(__ARM_FEATURE_MVE)
  return vqrdmulhq_s32(a, b);
#else
  for (int i = 0; i < 4; ++i) {
    const int64_t high = ((int64_t)a.lane[i] * b.lane[i] + (INT64_C(1) << 30)) >> 31;
    a.lane[i] = high > INT32_MAX ? INT32_MAX : (int32_t)high;
  }
  return a;
#endif
}

/// floor(a * b / 2^31), saturated.
static inline mve_i32 mve_high(mve_i32 a, mve_i32 b) {
#if defined(__ARM_FEATURE_MVE)
  return vqdmulhq_s32(a, b);
#else
  for (int i = 0; i < 4; ++i) {
    const int64_t high = ((int64_t)a.lane[i] * b.lane[i]) >> 31;
    a.lane[i] = high > INT32_MAX ? INT32_MAX : (int32_t)high;
  }
  return a;
#endif
}

/// v / 2^-shift, rounded to nearest, ties up; shifts in [-31, 0].
static inline mve_i32 mve_shift_rounded(mve_i32 v, mve_i32 shifts) {
#if defined(__ARM_FEATURE_MVE)
  return vrshlq_s32(v, shifts);
#else
  for (int i = 0; i < 4; ++i) {
    const int64_t half = ((int64_t)1 << -shifts.lane[i]) >> 1;
    v.lane[i] = (int32_t)((v.lane[i] + half) >> -shifts.lane[i]);
  }
  return v;
#endif
}

/// v, one less where it and its shift are negative: then mve_shift_rounded takes ties away from 0.
static inline mve_i32 mve_ties_away(mve_i32 v, mve_i32 shifts) {
#if defined(__ARM_FEATURE_MVE)
  return vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, shifts), 31));
#else
  for (int i = 0; i < 4; ++i) {
    if (v.lane[i] < 0 && shifts.lane[i] < 0 && v.lane[i] != INT32_MIN) --v.lane[i];
  }
  return v;
#endif
}

/// Lanes 2i from `even`, lanes 2i + 1 from `odd`, saturated.
static inline mve_i16 mve_narrow(mve_i32 even, mve_i32 odd) {
#if defined(__ARM_FEATURE_MVE)
  return vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), even), odd);
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) {
    const int32_t wide = i % 2 == 0 ? even.lane[i / 2] : odd.lane[i / 2];
    v.lane[i] = (int16_t)(wide < INT16_MIN ? INT16_MIN : (wide > INT16_MAX ? INT16_MAX : wide));
  }
  return v;
#endif
}

/// Saturates.
static inline mve_i16 mve_add_scalar_i16(mve_i16 v, int32_t scalar) {
#if defined(__ARM_FEATURE_MVE)
  return vqaddq_n_s16(v, (int16_t)scalar);
#else
  for (int i = 0; i < 8; ++i) {
    const int32_t sum = v.lane[i] + scalar;
    v.lane[i] = (int16_t)(sum < INT16_MIN ? INT16_MIN : (sum > INT16_MAX ? INT16_MAX : sum));
  }
  return v;
#endif
}

static inline mve_i16 mve_all_i16(int32_t scalar) {
#if defined(__ARM_FEATURE_MVE)
  return vdupq_n_s16((int16_t)scalar);
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = (int16_t)scalar;
  return v;
#endif
}

static inline mve_i16 mve_clamp_i16(mve_i16 v, mve_i16 low, mve_i16 high) {
#if defined(__ARM_FEATURE_MVE)
  return vminq_s16(vmaxq_s16(v, low), high);
#else
  for (int i = 0; i < 8; ++i) {
    if (v.lane[i] < low.lane[i]) v.lane[i] = low.lane[i];
    if (v.lane[i] > high.lane[i]) v.lane[i] = high.lane[i];
  }
  return v;
#endif
}

/// The low bytes of all 8 lanes.
static inline void mve_store_8(int8_t* to, mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  vstrbq_s16(to, v);
#else
  for (int i = 0; i < 8; ++i) to[i] = (int8_t)v.lane[i];
#endif
}

/// The low bytes of the first `count` lanes.
static inline void mve_store_some(int8_t* to, mve_i16 v, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  vstrbq_p_s16(to, v, vctp16q((uint32_t)count));
#else
  for (int i = 0; i < count; ++i) to[i] = (int8_t)v.lane[i];
#endif
}

/// The low bytes of the first `count` even lanes.
static inline void mve_store_even(int8_t* to, mve_i16 v, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  vstrbq_p_s32(to, vreinterpretq_s32_s16(v), vctp32q((uint32_t)count));
#else
  for (int i = 0; i < count; ++i) to[i] = (int8_t)v.lane[2 * i];
#endif
}

/// Eight bytes, widened.
static inline mve_i16 mve_load_i8_i16(const int8_t* from) {
#if defined(__ARM_FEATURE_MVE)
  return vldrbq_s16(from);
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = from[i];
  return v;
#endif
}

/// The first `count` bytes, widened; 0 in the other lanes.
static inline mve_i16 mve_load_some(const int8_t* from, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  return vldrbq_z_s16(from, vctp16q((uint32_t)count));
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = i < count ? from[i] : 0;
  return v;
#endif
}

/// Wraps.
static inline mve_i16 mve_add_i16(mve_i16 a, mve_i16 b) {
#if defined(__ARM_FEATURE_MVE)
  return vaddq_s16(a, b);
#else
  for (int i = 0; i < 8; ++i) a.lane[i] = (int16_t)(a.lane[i] + b.lane[i]);
  return a;
#endif
}

/// Wraps.
static inline mve_i16 mve_multiply_i16(mve_i16 a, mve_i16 b) {
#if defined(__ARM_FEATURE_MVE)
  return vmulq_s16(a, b);
#else
  for (int i = 0; i < 8; ++i) a.lane[i] = (int16_t)(a.lane[i] * b.lane[i]);
  return a;
#endif
}

/// Lanes 2i, widened.
static inline mve_i32 mve_even_i32(mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  return vmovlbq_s16(v);
#else
  mve_i32 wide;
  for (int i = 0; i < 4; ++i) wide.lane[i] = v.lane[2 * i];
  return wide;
#endif
}

/// Lanes 2i + 1, widened.
static inline mve_i32 mve_odd_i32(mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  return vmovltq_s16(v);
#else
  mve_i32 wide;
  for (int i = 0; i < 4; ++i) wide.lane[i] = v.lane[2 * i + 1];
  return wide;
#endif
}

static inline mve_i8 mve_load_i8(const int8_t* from) {
#if defined(__ARM_FEATURE_MVE)
  return vldrbq_s8(from);
#else
  mve_i8 v;
  memcpy(v.lane, from, sizeof v.lane);
  return v;
#endif
}

/// Products of lanes 2i, which are exact.
static inline mve_i16 mve_multiply_even(mve_i8 a, mve_i8 b) {
#if defined(__ARM_FEATURE_MVE)
  return vmullbq_int_s8(a, b);
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = (int16_t)(a.lane[2 * i] * b.lane[2 * i]);
  return v;
#endif
}

/// Products of lanes 2i + 1.
static inline mve_i16 mve_multiply_odd(mve_i8 a, mve_i8 b) {
#if defined(__ARM_FEATURE_MVE)
  return vmulltq_int_s8(a, b);
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = (int16_t)(a.lane[2 * i + 1] * b.lane[2 * i + 1]);
  return v;
#endif
}

/// Stores 16 bytes: the low ones of `even` at 2i, of `odd` at 2i + 1.
static inline void mve_store_16(int8_t* to, mve_i16 even, mve_i16 odd) {
#if defined(__ARM_FEATURE_MVE)
  vstrbq_s8(to, vmovntq_s16(vreinterpretq_s8_s16(even), odd));
#else
  for (int i = 0; i < 8; ++i) {
    to[2 * i] = (int8_t)even.lane[i];
    to[2 * i + 1] = (int8_t)odd.lane[i];
  }
#endif
}

/// Copies `count` >= 0 bytes; returns the end of the copy.
static inline int8_t* mve_copy(int8_t* to, const int8_t* from, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  int8_t* at = to;
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n"
      "vldrb.8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[at]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [from] "+r"(from), [at] "+r"(at)
      : [count] "r"(count)
      : "lr", "q0", "cc", "memory");
#else
  if (count > 0) memcpy(to, from, (size_t)count);
#endif
  return to + count;
}

/// Sets `count` >= 0 bytes; returns their end.
static inline int8_t* mve_fill(int8_t* to, int32_t value, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  int8_t* at = to;
  __asm__ volatile(
      "vdup.8 q0, %[value]\n"
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n"
      "vstrb.8 q0, [%[at]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [at] "+r"(at)
      : [value] "r"(value), [count] "r"(count)
      : "lr", "q0", "cc", "memory");
#else
  if (count > 0) memset(to, (uint8_t)value, (size_t)count);
#endif
  return to + count;
}

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
      : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [a2] "=&Te"(a2), [a3] "=&Te"(a3), [x] "+r"(x),
        [group] "+r"(group)
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
        [b1] "=&Te"(b1), [b2] "=&Te"(b2), [b3] "=&Te"(b3), [x0] "+r"(x0), [x1] "+r"(x1),
        [group] "+r"(group), [blocks] "+r"(blocks)
      : [sums] "r"(sums)
      : "q0", "q1", "q2", "q3", "cc", "memory");
  return group;
#else
  mve_plain_dot(x0, group, 16 * blocks, sums);
  mve_plain_dot(x1, group, 16 * blocks, sums + MVE_SUMS);
  return group + 16 + blocks * 64;
#endif
}
