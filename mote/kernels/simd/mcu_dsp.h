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
          : "=&r"(w.first), "=&r"(w.second), "+&r"(from)
          : "m"(*(const mote_words*)(const void*)from));
  *at = from;
  return w;
}

/// Sums of products of two channels' weights, which share halves of words
/// (gemm_i8/channel_pairs.h): `low` with the low bytes of the halves, `both` with the halves.
typedef struct mote_pair_products {
  int32_t low[2], both[2];
} mote_pair_products;

// One quad of two elements x by a pair of channels: four words of x by two of w.
#define MOTE_PAIR_QUAD                         \
  "ldrd %[w0], %[w1], [%[w]], #8\n\t"          \
  "ldrd %[x0], %[x1], [%[x]], #8\n\t"          \
  "smlad %[both0], %[x0], %[w0], %[both0]\n\t" \
  "smlad %[both1], %[x1], %[w0], %[both1]\n\t" \
  "sxtb16 %[w0], %[w0]\n\t"                    \
  "smlad %[low0], %[x0], %[w0], %[low0]\n\t"   \
  "smlad %[low1], %[x1], %[w0], %[low1]\n\t"   \
  "ldrd %[x0], %[x1], [%[x]], #8\n\t"          \
  "smlad %[both0], %[x0], %[w1], %[both0]\n\t" \
  "smlad %[both1], %[x1], %[w1], %[both1]\n\t" \
  "sxtb16 %[w1], %[w1]\n\t"                    \
  "smlad %[low0], %[x0], %[w1], %[low0]\n\t"   \
  "smlad %[low1], %[x1], %[w1], %[low1]\n\t"

/// Adds the products of two elements, whose words of x alternate up to `end`, by the words of a
/// pair. In one statement, or else compilers run out of registers in the loop; it takes two quads
/// at a time, from the second on where their number is odd.
static inline void mote_add_two_by_pair(const uint32_t* x, const uint32_t* end, const uint32_t** w,
                                        mote_pair_products* sums) {
  uint32_t w0, w1, x0, x1;
  __asm__(
      "sub %[x0], %[end], %[x]\n\t"
      "tst %[x0], #16\n\t"
      "bne 2f\n"
      "1:\n\t" MOTE_PAIR_QUAD "\n2:\n\t" MOTE_PAIR_QUAD
      "cmp %[x], %[end]\n\t"
      "bne 1b"
      : [x] "+&r"(x), [w] "+&r"(*w), [low0] "+&r"(sums->low[0]), [low1] "+&r"(sums->low[1]),
        [both0] "+&r"(sums->both[0]), [both1] "+&r"(sums->both[1]), [w0] "=&r"(w0), [w1] "=&r"(w1),
        [x0] "=&r"(x0), [x1] "=&r"(x1)
      : [end] "r"(end)
      : "cc", "memory");
}

// The words of two quads of one pair: `even` and `odd` are those of x.
#define MOTE_ROW_QUAD(PAIR, LOW, BOTH)       \
  "ldrd %[w0], %[w1], [%[" PAIR              \
  "]], #8\n\t"                               \
  "smlad %[" BOTH "], %[x0], %[w0], %[" BOTH \
  "]\n\t"                                    \
  "sxtb16 %[w0], %[w0]\n\t"                  \
  "smlad %[" LOW "], %[x0], %[w0], %[" LOW   \
  "]\n\t"                                    \
  "smlad %[" BOTH "], %[x1], %[w1], %[" BOTH \
  "]\n\t"                                    \
  "sxtb16 %[w1], %[w1]\n\t"                  \
  "smlad %[" LOW "], %[x1], %[w1], %[" LOW "]\n\t"

/// Adds the products of one row of x up to `end`, a multiple of four bytes, with `minus_zero`
/// added to both halves, by the words of two pairs: element i of `sums` is of pair i. It takes all
/// registers but one: inlined, GCC 12 finds too few of them at times.
static __attribute__((noinline)) void mote_add_row_by_pairs(const int8_t* x, const int8_t* end,
                                                            uint32_t minus_zero,
                                                            const uint32_t** first,
                                                            const uint32_t** second,
                                                            mote_pair_products* sums) {
  uint32_t w0, w1, x0, x1;
  __asm__(
      "1:\n\t"
      "ldr %[x0], [%[x]], #4\n\t"
      "sxtab16 %[x1], %[zero], %[x0], ror #8\n\t"
      "sxtab16 %[x0], %[zero], %[x0]\n\t" MOTE_ROW_QUAD("first", "low0", "both0")
          MOTE_ROW_QUAD("second", "low1", "both1")
      "cmp %[x], %[end]\n\t"
      "bne 1b"
      : [x] "+&r"(x), [first] "+&r"(*first), [second] "+&r"(*second), [low0] "+&r"(sums->low[0]),
        [low1] "+&r"(sums->low[1]), [both0] "+&r"(sums->both[0]), [both1] "+&r"(sums->both[1]),
        [w0] "=&r"(w0), [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1)
      : [end] "r"(end), [zero] "r"(minus_zero)
      : "cc", "memory");
}

/// Two taps of a depthwise convolution for four channels: where each reads x, and the weights of
/// both, widened, as a word for each channel.
typedef struct mote_tap_pair {
  const int8_t* x[2];
  uint32_t weights[4];
} mote_tap_pair;

/// Adds to four sums the products of the pairs up to `end`, at `at` elements from where they read,
/// with `minus_zero` added to both halves.
static inline void mote_add_tap_pairs(const mote_tap_pair* pair, const mote_tap_pair* end,
                                      int32_t at, uint32_t minus_zero, int32_t sums[4]) {
  uint32_t a, b, low, w0, w1;
  __asm__(
      "1:\n\t"
      "ldrd %[a], %[b], [%[pair]], #8\n\t"
      "ldr %[a], [%[a], %[at]]\n\t"
      "ldr %[b], [%[b], %[at]]\n\t"
      "pkhbt %[low], %[a], %[b], lsl #16\n\t"
      "pkhtb %[b], %[b], %[a], asr #16\n\t"
      "ldrd %[w0], %[w1], [%[pair]], #8\n\t"
      "sxtab16 %[a], %[zero], %[low]\n\t"
      "sxtab16 %[low], %[zero], %[low], ror #8\n\t"
      "smlad %[s0], %[a], %[w0], %[s0]\n\t"
      "smlad %[s1], %[low], %[w1], %[s1]\n\t"
      "ldrd %[w0], %[w1], [%[pair]], #8\n\t"
      "sxtab16 %[a], %[zero], %[b]\n\t"
      "sxtab16 %[b], %[zero], %[b], ror #8\n\t"
      "smlad %[s2], %[a], %[w0], %[s2]\n\t"
      "smlad %[s3], %[b], %[w1], %[s3]\n\t"
      "cmp %[pair], %[end]\n\t"
      "bne 1b"
      : [pair] "+&r"(pair), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]),
        [s3] "+&r"(sums[3]), [a] "=&r"(a), [b] "=&r"(b), [low] "=&r"(low), [w0] "=&r"(w0),
        [w1] "=&r"(w1)
      : [end] "r"(end), [at] "r"(at), [zero] "r"(minus_zero)
      : "cc", "memory");
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

static inline void mote_add_two_by_pair(const uint32_t* x, const uint32_t* end, const uint32_t** w,
                                        mote_pair_products* sums) {
  for (; x != end; x += 2, ++*w) {
    for (int32_t i = 0; i < 2; ++i) {
      sums->low[i] = mote_smlad(x[i], mote_even_bytes(**w), sums->low[i]);
      sums->both[i] = mote_smlad(x[i], **w, sums->both[i]);
    }
  }
}

static inline void mote_add_row_by_pairs(const int8_t* x, const int8_t* end, uint32_t minus_zero,
                                         const uint32_t** first, const uint32_t** second,
                                         mote_pair_products* sums) {
  const uint32_t** const pairs[2] = {first, second};
  for (; x != end; x += 4) {
    uint32_t word;
    memcpy(&word, x, sizeof word);
    const uint32_t halves[2] = {mote_add_even_bytes(minus_zero, word),
                                mote_add_odd_bytes(minus_zero, word)};
    for (int32_t i = 0; i < 4; ++i) {
      const uint32_t weights = *(*pairs[i >> 1])++;
      sums->low[i >> 1] = mote_smlad(halves[i & 1], mote_even_bytes(weights), sums->low[i >> 1]);
      sums->both[i >> 1] = mote_smlad(halves[i & 1], weights, sums->both[i >> 1]);
    }
  }
}

typedef struct mote_tap_pair {
  const int8_t* x[2];
  uint32_t weights[4];
} mote_tap_pair;

static inline void mote_add_tap_pairs(const mote_tap_pair* pair, const mote_tap_pair* end,
                                      int32_t at, uint32_t minus_zero, int32_t sums[4]) {
  for (; pair != end; ++pair) {
    for (int32_t c = 0; c < 4; ++c) {
      const uint32_t bytes =
          (uint32_t)(uint8_t)pair->x[0][at + c] | (uint32_t)(uint8_t)pair->x[1][at + c] << 16;
      sums[c] = mote_smlad(mote_add_even_bytes(minus_zero, bytes), pair->weights[c], sums[c]);
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
