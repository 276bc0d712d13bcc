#define MOTE_SIMD_AVX512
#include "mote/kernels/binary/add_plan.h"
#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/intrinsics_x86.h"

#define MOTE_ISA MOTE_ISA_AVX512
#define MOTE_ISA_WORD avx512
enum { ADD_BLOCK = 64 };

// Sixteen results from pairs of operands.
SIMD_INLINE __m512i add_pairs(const mote_add_plan* p, __m512i pairs) {
  const __m512i high = _mm512_set1_epi32((p->b_high << 16) | (p->a_high & 0xFFFF));
  const __m512i low = _mm512_set1_epi32((p->b_low << 16) | p->a_low);
  const __m512i low_sum =
      _mm512_add_epi32(_mm512_madd_epi16(pairs, low), _mm512_set1_epi32(p->low));
  const __m512i high_sum =
      _mm512_add_epi32(_mm512_madd_epi16(pairs, high), _mm512_set1_epi32(p->high));
  const __m512i t = _mm512_add_epi32(high_sum, _mm512_srai_epi32(low_sum, MOTE_ADD_LOW_BITS));
  const __m512i away = _mm512_and_si512(_mm512_srai_epi32(t, 31), _mm512_set1_epi32(-p->ties_away));
  const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(t, _mm512_set1_epi32(p->bias)), away);
  return _mm512_srav_epi32(rounded, _mm512_set1_epi32(p->shift));
}

// 32 results as i16, in order: what unpacking splits, packing joins.
SIMD_INLINE __m512i add_words(const mote_add_plan* p, const int8_t* a, const int8_t* b) {
  const __m512i u = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)(const void*)a));
  const __m512i v = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)(const void*)b));
  return _mm512_packs_epi32(add_pairs(p, _mm512_unpacklo_epi16(u, v)),
                            add_pairs(p, _mm512_unpackhi_epi16(u, v)));
}

SIMD_INLINE void add_block(const mote_add_plan* p, const int8_t* a, const int8_t* b, int8_t* y) {
  const __m512i order = _mm512_set_epi32(15, 14, 11, 10, 7, 6, 3, 2, 13, 12, 9, 8, 5, 4, 1, 0);
  __m512i bytes = _mm512_packs_epi16(add_words(p, a, b), add_words(p, a + 32, b + 32));
  bytes = _mm512_max_epi8(_mm512_permutexvar_epi32(order, bytes), _mm512_set1_epi8((char)p->min));
  _mm512_storeu_si512(y, _mm512_min_epi8(bytes, _mm512_set1_epi8((char)p->max)));
}

#include "mote/kernels/binary/rows.inc"
