// The DSP extension of Cortex-M4, M7 and M33 as functions: words of two or four small integers.
//
//   sum = mote_smlad(x, weights, sum);  // sum + x.low * weights.low + x.high * weights.high
//
// Elsewhere the same results in plain C: that is how the host checks the kernels that use them.
// Words are little-endian; sums wrap. Source of the operations: the Arm v7-M architecture reference
// manual. What compilers do not make of arm_acle.h or of plain C in one instruction is assembly.
#pragma once

#include <stdint.h>
#include <string.h>

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#include <arm_acle.h>

/// {a.low, b.low} and {b.high, a.high}: of the halves of two words, low first.
static inline uint32_t mote_low_halves(uint32_t a, uint32_t b) {
  uint32_t y;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(y) : "r"(a), "r"(b));
  return y;
}
static inline uint32_t mote_high_halves(uint32_t a, uint32_t b) {
  uint32_t y;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(y) : "r"(b), "r"(a));
  return y;
}
/// Bytes 0 and 2, or 1 and 3, of x as halves of 16 bits; or added to the halves of sum.
static inline uint32_t mote_even_bytes(uint32_t x) { return (uint32_t)__sxtb16((int8x4_t)x); }
static inline uint32_t mote_odd_bytes(uint32_t x) {
  uint32_t y;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(y) : "r"(x));
  return y;
}
static inline uint32_t mote_add_even_bytes(uint32_t sum, uint32_t x) {
  return (uint32_t)__sxtab16((int16x2_t)sum, (int8x4_t)x);
}
static inline uint32_t mote_add_odd_bytes(uint32_t sum, uint32_t x) {
  uint32_t y;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(y) : "r"(sum), "r"(x));
  return y;
}
/// sum + a.low * b.low + a.high * b.high.
static inline int32_t mote_smlad(uint32_t a, uint32_t b, int32_t sum) {
  return __smlad((int16x2_t)a, (int16x2_t)b, sum);
}
/// a * b / 2^32, rounded to the nearest, ties up; and rounded down.
static inline int32_t mote_high_product_rounded(int32_t a, int32_t b) {
  int32_t y;
  __asm__("smmulr %0, %1, %2" : "=r"(y) : "r"(a), "r"(b));
  return y;
}
static inline int32_t mote_high_product(int32_t a, int32_t b) {
  int32_t y;
  __asm__("smmul %0, %1, %2" : "=r"(y) : "r"(a), "r"(b));
  return y;
}
/// x / 2^s rounded down, where s is the low byte of `shift`, at most 31.
static inline int32_t mote_shift_by_low_byte(int32_t x, int32_t shift) {
  int32_t y;
  __asm__("asr %0, %1, %2" : "=r"(y) : "r"(x), "r"(shift));
  return y;
}
/// x / 2 rounded down and saturated to i8.
static inline int32_t mote_half_as_i8(int32_t x) {
  int32_t y;
  __asm__("ssat %0, #8, %1, asr #1" : "=r"(y) : "r"(x));
  return y;
}

typedef struct mote_words {
  uint32_t first, second;
} mote_words;

/// The next two words; `at` is aligned to 4 bytes and moves on.
static inline mote_words mote_next_words(const uint32_t** at) {
  mote_words w;
  const uint32_t* from = *at;
  __asm__("ldrd %0, %1, [%2], #8"
          : "=&r"(w.first), "=&r"(w.second), "+r"(from)
          : "m"(*(const mote_words*)(const void*)from));
  *at = from;
  return w;
}

/// Sums of products of two elements x by two channels of weights: `low` with the low bytes of the
/// weights' halves, `both` with the halves themselves, each by element.
typedef struct mote_pair_products {
  int32_t low[2], both[2];
} mote_pair_products;

/// Adds the products of four words of x by two words of weights, {x0 w0, x1 w0, x2 w1, x3 w1}, and
/// moves on. One statement, or else compilers run out of registers and spill in this loop.
static inline void mote_add_pair_products(const uint32_t** x, const uint32_t** w,
                                          mote_pair_products* sums) {
  uint32_t first, second, x_first, x_second;
  __asm__(
      "ldrd %[first], %[second], [%[w]], #8\n\t"
      "ldrd %[x0], %[x1], [%[x]], #8\n\t"
      "smlad %[both0], %[x0], %[first], %[both0]\n\t"
      "smlad %[both1], %[x1], %[first], %[both1]\n\t"
      "sxtb16 %[first], %[first]\n\t"
      "smlad %[low0], %[x0], %[first], %[low0]\n\t"
      "smlad %[low1], %[x1], %[first], %[low1]\n\t"
      "ldrd %[x0], %[x1], [%[x]], #8\n\t"
      "smlad %[both0], %[x0], %[second], %[both0]\n\t"
      "smlad %[both1], %[x1], %[second], %[both1]\n\t"
      "sxtb16 %[second], %[second]\n\t"
      "smlad %[low0], %[x0], %[second], %[low0]\n\t"
      "smlad %[low1], %[x1], %[second], %[low1]"
      : [x] "+r"(*x), [w] "+r"(*w), [low0] "+r"(sums->low[0]), [low1] "+r"(sums->low[1]),
        [both0] "+r"(sums->both[0]), [both1] "+r"(sums->both[1]), [first] "=&r"(first),
        [second] "=&r"(second), [x0] "=&r"(x_first), [x1] "=&r"(x_second)
      :
      : "memory");
}
#else

static inline uint32_t mote_halves_of(int32_t low, int32_t high) {
  return ((uint32_t)low & 0xFFFFU) | (uint32_t)high << 16;
}
static inline uint32_t mote_low_halves(uint32_t a, uint32_t b) { return (a & 0xFFFFU) | b << 16; }
static inline uint32_t mote_high_halves(uint32_t a, uint32_t b) {
  return a >> 16 | (b & 0xFFFF0000U);
}
static inline uint32_t mote_even_bytes(uint32_t x) {
  return mote_halves_of((int8_t)(x & 0xFFU), (int8_t)(x >> 16 & 0xFFU));
}
static inline uint32_t mote_odd_bytes(uint32_t x) { return mote_even_bytes(x >> 8); }
static inline uint32_t mote_add_even_bytes(uint32_t sum, uint32_t x) {
  const uint32_t y = mote_even_bytes(x);
  return ((sum + y) & 0xFFFFU) | ((sum & 0xFFFF0000U) + (y & 0xFFFF0000U));
}
static inline uint32_t mote_add_odd_bytes(uint32_t sum, uint32_t x) {
  return mote_add_even_bytes(sum, x >> 8);
}
static inline int32_t mote_smlad(uint32_t a, uint32_t b, int32_t sum) {
  const int32_t low = (int16_t)(a & 0xFFFFU) * (int16_t)(b & 0xFFFFU);
  const int32_t high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
  return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
}
static inline int32_t mote_high_product_rounded(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
}
static inline int32_t mote_high_product(int32_t a, int32_t b) {
  return (int32_t)((int64_t)a * b >> 32);
}
static inline int32_t mote_shift_by_low_byte(int32_t x, int32_t shift) { return x >> (shift & 31); }
static inline int32_t mote_half_as_i8(int32_t x) {
  const int32_t half = x >> 1;
  return half < INT8_MIN ? INT8_MIN : (half > INT8_MAX ? INT8_MAX : half);
}

typedef struct mote_words {
  uint32_t first, second;
} mote_words;

static inline mote_words mote_next_words(const uint32_t** at) {
  const mote_words w = {(*at)[0], (*at)[1]};
  *at += 2;
  return w;
}

typedef struct mote_pair_products {
  int32_t low[2], both[2];
} mote_pair_products;

static inline void mote_add_pair_products(const uint32_t** x, const uint32_t** w,
                                          mote_pair_products* sums) {
  for (int32_t k = 0; k < 2; ++k, *x += 2, ++*w) {
    for (int32_t i = 0; i < 2; ++i) {
      sums->low[i] = mote_smlad((*x)[i], mote_even_bytes(**w), sums->low[i]);
      sums->both[i] = mote_smlad((*x)[i], **w, sums->both[i]);
    }
  }
}
#endif

/// Four bytes at any address.
static inline uint32_t mote_load_word(const void* from) {
  uint32_t word;
  memcpy(&word, from, sizeof word);
  return word;
}
static inline void mote_store_word(void* to, uint32_t word) { memcpy(to, &word, sizeof word); }
/// v in both halves.
static inline uint32_t mote_both_halves(int32_t v) {
  return ((uint32_t)v & 0xFFFFU) | (uint32_t)v << 16;
}
