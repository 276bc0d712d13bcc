// Intrinsics of x86: the compiler's, or SIMDe's portable ones where MOTE_SIMDE is defined (tests
// only), and what SIMDe 0.7 lacks of those used here. For .c files only.
#pragma once

#if defined(MOTE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/fma.h>
#include <stdint.h>
#include <string.h>

#include "mote/kernels/requantize/requantize.h"
#if defined(MOTE_SIMD_AVX512)
#include <simde/x86/avx512/add.h>
#include <simde/x86/avx512/and.h>
#include <simde/x86/avx512/cast.h>
#include <simde/x86/avx512/cmpgt.h>
#include <simde/x86/avx512/cvt.h>
#include <simde/x86/avx512/cvts.h>
#include <simde/x86/avx512/dpbusd.h>
#include <simde/x86/avx512/loadu.h>
#include <simde/x86/avx512/madd.h>
#include <simde/x86/avx512/max.h>
#include <simde/x86/avx512/min.h>
#include <simde/x86/avx512/mov.h>
#include <simde/x86/avx512/mul.h>
#include <simde/x86/avx512/packs.h>
#include <simde/x86/avx512/permutexvar.h>
#include <simde/x86/avx512/set1.h>
#include <simde/x86/avx512/setzero.h>
#include <simde/x86/avx512/sllv.h>
#include <simde/x86/avx512/srli.h>
#include <simde/x86/avx512/storeu.h>
#include <simde/x86/avx512/sub.h>
#include <simde/x86/avx512/unpackhi.h>
#include <simde/x86/avx512/unpacklo.h>
#include <simde/x86/avx512/xor.h>
static inline void simde_gap_store(void* to, uint64_t mask, __m512i v) {
  char bytes[64];
  memcpy(bytes, &v, sizeof bytes);
  for (int i = 0; i < 64; ++i) {
    if (mask >> i & 1) ((char*)to)[i] = bytes[i];
  }
}
static inline __m512i simde_gap_load(uint64_t mask, const void* from) {
  char bytes[64] = {0};
  for (int i = 0; i < 64; ++i) {
    if (mask >> i & 1) bytes[i] = ((const char*)from)[i];
  }
  __m512i v;
  memcpy(&v, bytes, sizeof v);
  return v;
}
static inline __m512i simde_gap_high_to_low(__m512i v, uint16_t mask, __m512i from) {
  return simde_mm512_mask_mov_epi32(v, mask, simde_mm512_srli_epi64(from, 32));
}
static inline __m512i simde_gap_srav(__m512i v, __m512i counts) {
  int32_t values[16];
  uint32_t by[16];
  memcpy(values, &v, sizeof values);
  memcpy(by, &counts, sizeof by);
  for (int i = 0; i < 16; ++i) values[i] >>= by[i] < 31 ? by[i] : 31;
  memcpy(&v, values, sizeof v);
  return v;
}
static inline __m512 simde_gap_to_f32(__m512i v) {
  int32_t from[16];
  float to[16];
  memcpy(from, &v, sizeof from);
  for (int i = 0; i < 16; ++i) to[i] = (float)from[i];
  __m512 result;
  memcpy(&result, to, sizeof to);
  return result;
}
// Ties to even below 2^21 in magnitude, which is beyond what is stored.
static inline __m512i simde_gap_to_i32(__m512 v) {
  float from[16];
  int32_t to[16];
  memcpy(from, &v, sizeof from);
  for (int i = 0; i < 16; ++i) to[i] = mote_round_to_even_f32(from[i]);
  __m512i result;
  memcpy(&result, to, sizeof to);
  return result;
}
#define _mm512_cvtepi32_ps simde_gap_to_f32
#define _mm512_cvtps_epi32 simde_gap_to_i32
#define _mm512_srav_epi32 simde_gap_srav
#define _mm512_srai_epi32(v, count) simde_gap_srav(v, simde_mm512_set1_epi32(count))
#undef _mm512_madd_epi16  // which SIMDe 0.7 gives the arguments of its masked form
#define _mm512_madd_epi16 simde_mm512_madd_epi16
#define _mm512_mask_storeu_epi8 simde_gap_store
#define _mm512_maskz_loadu_epi8 simde_gap_load
#define _mm512_mask_shuffle_epi32(v, mask, from, order) simde_gap_high_to_low(v, mask, from)
#endif
#if defined(MOTE_SIMD_AVXVNNI)
#include <simde/x86/avx512/dpbusd.h>
#define _mm256_dpbusd_avx_epi32 simde_mm256_dpbusd_epi32
#endif
#else
#include <immintrin.h>
#endif
