// The vector vocabulary of integer kernels on ARM64: NEON. For .c files only.
#pragma once

#include <stdint.h>

#if defined(MOTE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>

#include "mote/kernels/requantize/requantize.h"
// What SIMDe 0.7 lacks. Below 2^21 in magnitude, or beyond what is stored.
static inline int32x4_t simde_gap_nearest(float32x4_t v) {
  float from[4];
  int32_t to[4];
  vst1q_f32(from, v);
  for (int i = 0; i < 4; ++i) to[i] = mote_round_to_even_f32(from[i]);
  return vld1q_s32(to);
}
#define vcvtnq_s32_f32 simde_gap_nearest
#else
#include <arm_neon.h>
#endif

#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/store_bytes.h"

enum { SIMD_LANES = 4 };
typedef int32x4_t simd_i32;

SIMD_INLINE simd_i32 simd_zero(void) { return vdupq_n_s32(0); }
SIMD_INLINE simd_i32 simd_load(const int32_t* from) { return vld1q_s32(from); }
SIMD_INLINE void simd_store(int32_t* to, simd_i32 v) { vst1q_s32(to, v); }
SIMD_INLINE simd_i32 simd_add(simd_i32 a, simd_i32 b) { return vaddq_s32(a, b); }
SIMD_INLINE simd_i32 simd_shift_left(simd_i32 v, simd_i32 counts) { return vshlq_s32(v, counts); }
SIMD_INLINE simd_i32 simd_shift_right(simd_i32 v, simd_i32 counts) {
  return vshlq_s32(v, vnegq_s32(counts));
}

SIMD_INLINE simd_i32 simd_high_product(simd_i32 a, simd_i32 b) {
  const uint32x4_t u = vreinterpretq_u32_s32(a);
  const uint32x4_t f = vreinterpretq_u32_s32(b);
  const uint64x2_t low = vmull_u32(vget_low_u32(u), vget_low_u32(f));
  const uint64x2_t high = vmull_u32(vget_high_u32(u), vget_high_u32(f));
  return vreinterpretq_s32_u32(vuzp2q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high)));
}

SIMD_INLINE simd_i32 simd_decrement_below(simd_i32 v, simd_i32 u, simd_i32 threshold) {
  return vaddq_s32(v, vreinterpretq_s32_u32(vcgtq_s32(threshold, u)));
}

SIMD_INLINE simd_i32 simd_scale_f32(simd_i32 v, simd_i32 factor) {
  return vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(v), vreinterpretq_f32_s32(factor)));
}

// One, two or four vectors.
SIMD_INLINE void simd_store_i8(int vectors, const simd_i32* v, int32_t min, const int8_t* max,
                               int64_t count, int8_t* y) {
  const int16x8_t low = vcombine_s16(vqmovn_s32(v[0]), vqmovn_s32(v[vectors > 1 ? 1 : 0]));
  const int16x8_t high = vectors == 4 ? vcombine_s16(vqmovn_s32(v[2]), vqmovn_s32(v[3])) : low;
  int8x16_t bytes = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
  bytes = vmaxq_s8(bytes, vdupq_n_s8((int8_t)min));
  bytes = vminq_s8(bytes, vld1q_s8(max));
  if (count >= 16) {
    vst1q_s8(y, bytes);
  } else if (count == 8) {
    vst1_s8(y, vget_low_s8(bytes));
  } else {
    int8_t all[16];
    vst1q_s8(all, bytes);
    simd_store_bytes(all, count, y);
  }
}
