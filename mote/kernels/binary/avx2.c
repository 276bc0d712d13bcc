#include "mote/kernels/binary/add_plan.h"
#include "mote/kernels/simd/inline.h"
#include "mote/kernels/simd/intrinsics_x86.h"

#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
enum { ADD_BLOCK = 32 };

// Eight results from pairs of operands.
SIMD_INLINE __m256i add_pairs(const mote_add_plan* p, __m256i pairs) {
  const __m256i high = _mm256_set1_epi32((p->b_high << 16) | (p->a_high & 0xFFFF));
  const __m256i low = _mm256_set1_epi32((p->b_low << 16) | p->a_low);
  const __m256i low_sum =
      _mm256_add_epi32(_mm256_madd_epi16(pairs, low), _mm256_set1_epi32(p->low));
  const __m256i high_sum =
      _mm256_add_epi32(_mm256_madd_epi16(pairs, high), _mm256_set1_epi32(p->high));
  const __m256i t = _mm256_add_epi32(high_sum, _mm256_srai_epi32(low_sum, MOTE_ADD_LOW_BITS));
  const __m256i away = _mm256_and_si256(_mm256_srai_epi32(t, 31), _mm256_set1_epi32(-p->ties_away));
  const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(t, _mm256_set1_epi32(p->bias)), away);
  return _mm256_srav_epi32(rounded, _mm256_set1_epi32(p->shift));
}

// Sixteen results as i16, in order: what unpacking splits, packing joins.
SIMD_INLINE __m256i add_words(const mote_add_plan* p, const int8_t* a, const int8_t* b) {
  const __m256i u = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)(const void*)a));
  const __m256i v = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)(const void*)b));
  return _mm256_packs_epi32(add_pairs(p, _mm256_unpacklo_epi16(u, v)),
                            add_pairs(p, _mm256_unpackhi_epi16(u, v)));
}

SIMD_INLINE void add_block(const mote_add_plan* p, const int8_t* a, const int8_t* b, int8_t* y) {
  __m256i bytes = _mm256_packs_epi16(add_words(p, a, b), add_words(p, a + 16, b + 16));
  bytes = _mm256_max_epi8(_mm256_permute4x64_epi64(bytes, 0xD8), _mm256_set1_epi8((char)p->min));
  bytes = _mm256_min_epi8(bytes, _mm256_set1_epi8((char)p->max));
  _mm256_storeu_si256((__m256i*)(void*)y, bytes);
}

#include "mote/kernels/binary/rows.inc"
