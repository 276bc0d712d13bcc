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
#else
#include <string.h>
typedef struct mve_i32 {
  int32_t lane[4];
} mve_i32;
typedef struct mve_i16 {
  int16_t lane[8];
} mve_i16;
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

/// Wraps.
static inline mve_i32 mve_add_i32(mve_i32 a, mve_i32 b) {
#if defined(__ARM_FEATURE_MVE)
  return vaddq_s32(a, b);
#else
  for (int i = 0; i < 4; ++i) a.lane[i] = (int32_t)((uint32_t)a.lane[i] + (uint32_t)b.lane[i]);
  return a;
#endif
}

static inline mve_i32 mve_all_i32(int32_t scalar) {
#if defined(__ARM_FEATURE_MVE)
  return vdupq_n_s32(scalar);
#else
  mve_i32 v;
  for (int i = 0; i < 4; ++i) v.lane[i] = scalar;
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

/// The low bytes of the first `count` lanes, or of all.
static inline void mve_store_some(int8_t* to, mve_i16 v, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  vstrbq_p_s16(to, v, vctp16q((uint32_t)count));
#else
  for (int i = 0; i < 8 && i < count; ++i) to[i] = (int8_t)v.lane[i];
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

/// The first `count` bytes, widened; 0 in the other lanes.
static inline mve_i16 mve_load_some(const int8_t* from, int32_t count) {
#if defined(__ARM_FEATURE_MVE)
  return vldrbq_z_s16(from, vctp16q((uint32_t)count));
#else
  mve_i16 v;
  for (int i = 0; i < 8; ++i) v.lane[i] = (int16_t)(i < count ? from[i] : 0);
  return v;
#endif
}

static inline void mve_store_i16(int16_t* to, mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  vstrhq_s16(to, v);
#else
  memcpy(to, v.lane, sizeof v.lane);
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

static inline mve_i16 mve_max_i16(mve_i16 a, mve_i16 b) {
#if defined(__ARM_FEATURE_MVE)
  return vmaxq_s16(a, b);
#else
  for (int i = 0; i < 8; ++i) {
    if (a.lane[i] < b.lane[i]) a.lane[i] = b.lane[i];
  }
  return a;
#endif
}

/// Lanes times 16, which must fit.
static inline mve_i16 mve_times_16(mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  return vshlq_n_s16(v, 4);
#else
  for (int i = 0; i < 8; ++i) v.lane[i] = (int16_t)(v.lane[i] * 16);
  return v;
#endif
}

/// Lanes 2i times 2^16.
static inline mve_i32 mve_even_high(mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  return vshllbq_n_s16(v, 16);
#else
  mve_i32 wide;
  for (int i = 0; i < 4; ++i) wide.lane[i] = v.lane[2 * i] * 65536;
  return wide;
#endif
}

/// Lanes 2i + 1 times 2^16.
static inline mve_i32 mve_odd_high(mve_i16 v) {
#if defined(__ARM_FEATURE_MVE)
  return vshlltq_n_s16(v, 16);
#else
  mve_i32 wide;
  for (int i = 0; i < 4; ++i) wide.lane[i] = v.lane[2 * i + 1] * 65536;
  return wide;
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
      : [from] "+&r"(from), [at] "+&r"(at)
      : [count] "r"(count)
      : "lr", "q0", "cc", "memory");
#else
  if (count > 0) memcpy(to, from, (size_t)count);
#endif
  return to + count;
}

/// Copies `rows` >= 1 pieces of `count` >= 0 bytes, `step` apart, one after the other.
static inline void mve_copy_rows(int8_t* to, const int8_t* from, int32_t count, int32_t rows,
                                 int32_t step) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t* source;
  int8_t* at;
  __asm__ volatile(
      "1:\n"
      "mov %[source], %[from]\n"
      "mov %[at], %[to]\n"
      "wlstp.8 lr, %[count], 3f\n"
      "2:\n"
      "vldrb.8 q0, [%[source]], #16\n"
      "vstrb.8 q0, [%[at]], #16\n"
      "letp lr, 2b\n"
      "3:\n"
      "add %[from], %[step]\n"
      "add %[to], %[count]\n"
      "subs %[rows], #1\n"
      "bne 1b\n"
      :
      [to] "+&r"(to), [from] "+&r"(from), [rows] "+&r"(rows), [source] "=&r"(source), [at] "=&r"(at)
      : [count] "r"(count), [step] "r"(step)
      : "lr", "q0", "cc", "memory");
#else
  for (; rows > 0; --rows, from += step) to = mve_copy(to, from, count);
#endif
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
      : [at] "+&r"(at)
      : [value] "r"(value), [count] "r"(count)
      : "lr", "q0", "cc", "memory");
#else
  if (count > 0) memset(to, (uint8_t)value, (size_t)count);
#endif
  return to + count;
}
