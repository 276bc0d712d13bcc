#include "fixed_mfcc.h"

enum { TWIDDLE_BITS = 31 };

static int16_t saturate(int64_t value) {
  if (value > INT16_MAX) return INT16_MAX;
  return value < INT16_MIN ? INT16_MIN : (int16_t)value;
}

static int32_t bit_width(uint64_t value) {
  int32_t width = 0;
  for (int32_t step = 32; step > 0; step >>= 1) {
    if ((value >> step) == 0) continue;
    value >>= step;
    width += step;
  }
  return width + (int32_t)value;
}

/* Half of the product: with 31 fraction bits it is the high word of the sums. */
static mote_complex32 half_product(mote_complex32 a, mote_complex32 b) {
  const int64_t re = (int64_t)a.re * b.re - (int64_t)a.im * b.im;
  const int64_t im = (int64_t)a.re * b.im + (int64_t)a.im * b.re;
  return (mote_complex32){(int32_t)(re >> 32), (int32_t)(im >> 32)};
}

/* Windowed samples, pairs of them as complex numbers, in the order that the stages want. */
static void load(const mote_mfcc_tables* tables, const int16_t* samples, mote_complex32* out) {
  const int32_t size = tables->fft_size / 2;
  int32_t reversed = 0;
  for (int32_t i = 0; i < size; ++i) {
    int32_t pair[2] = {0, 0};
    for (int32_t k = 0; k < 2; ++k) {
      const int32_t at = 2 * i + k;
      if (at < tables->window_samples) pair[k] = samples[at] * (int32_t)tables->window[at];
    }
    out[reversed] = (mote_complex32){pair[0], pair[1]};
    int32_t bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed |= bit;
  }
}

/* The mean in place of the sum: magnitudes never grow, |z| <= sqrt(2) 2^30 holds throughout. */
static void transform(const mote_mfcc_tables* tables, mote_complex32* data) {
  const int32_t size = tables->fft_size / 2;
  for (int32_t half = 1; half < size; half *= 2) {
    const int32_t step = size / half; /* in twiddles of fft_size = 2 size */
    for (int32_t k = 0; k < half; ++k) {
      const mote_complex32 twiddle = tables->twiddles[k * step];
      for (int32_t at = k; at < size; at += 2 * half) {
        const mote_complex32 even = {data[at].re >> 1, data[at].im >> 1};
        const mote_complex32 odd = half_product(data[at + half], twiddle);
        data[at] = (mote_complex32){even.re + odd.re, even.im + odd.im};
        data[at + half] = (mote_complex32){even.re - odd.re, even.im - odd.im};
      }
    }
  }
}

/* Half of a bin of the real transform, from the complex one's; 0 < bin < fft_size / 2. */
static mote_complex32 half_bin(const mote_mfcc_tables* tables, const mote_complex32* data,
                               int32_t bin) {
  const mote_complex32 a = data[bin];
  const mote_complex32 b = data[tables->fft_size / 2 - bin];
  const mote_complex32 even = {(a.re >> 2) + (b.re >> 2), (a.im >> 2) - (b.im >> 2)};
  const mote_complex32 odd = {(a.im >> 1) + (b.im >> 1), (b.re >> 1) - (a.re >> 1)};
  const mote_complex32 turned = half_product(odd, tables->twiddles[bin]);
  return (mote_complex32){even.re + turned.re, even.im + turned.im};
}

/* Rounded down to 16 significant bits. */
static uint32_t root(uint64_t value) {
  int32_t shift = (bit_width(value) - 31) / 2;
  if (shift < 0) shift = 0;
  uint32_t rest = (uint32_t)(value >> (2 * shift));
  uint32_t result = 0;
  for (uint32_t bit = (uint32_t)1 << 30; bit != 0; bit >>= 2) {
    if (rest >= result + bit) {
      rest -= result + bit;
      result = (result >> 1) + bit;
    } else {
      result >>= 1;
    }
  }
  return result << shift;
}

static void add_bands(const mote_mfcc_tables* tables, mote_mfcc_work work) {
  for (int32_t b = 0; b < tables->bands; ++b) work.bands[b] = tables->log_offset;
  for (int32_t i = 0; i < tables->bins; ++i) {
    const mote_complex32 bin = half_bin(tables, work.spectrum, tables->first_bin + i);
    const uint32_t magnitude =
        root((uint64_t)((int64_t)bin.re * bin.re) + (uint64_t)((int64_t)bin.im * bin.im));
    const mote_mfcc_share share = tables->shares[i];
    const uint32_t falling = ((uint32_t)1 << MOTE_MFCC_WEIGHT_BITS) - share.rising;
    if (share.band < tables->bands) work.bands[share.band] += (int64_t)magnitude * share.rising;
    if (share.band > 0) work.bands[share.band - 1] += (int64_t)magnitude * falling;
  }
}

/* log2(value), value > 0, between tabulated points by straight lines. */
static int32_t log2_fixed(const mote_mfcc_tables* tables, uint64_t value) {
  enum { REST_BITS = MOTE_MFCC_LOG_BITS - MOTE_MFCC_LOG_SEGMENT_BITS };
  const int32_t exponent = bit_width(value) - 1;
  const uint64_t aligned = exponent > MOTE_MFCC_LOG_BITS ? value >> (exponent - MOTE_MFCC_LOG_BITS)
                                                         : value << (MOTE_MFCC_LOG_BITS - exponent);
  const int32_t fraction = (int32_t)(aligned & (((uint64_t)1 << MOTE_MFCC_LOG_BITS) - 1));
  const uint16_t* point = &tables->log2_table[fraction >> REST_BITS];
  const int32_t within = fraction & ((1 << REST_BITS) - 1);
  const int32_t slope = (int32_t)point[1] - (int32_t)point[0];
  const int32_t between = (slope * within) >> REST_BITS;
  return exponent * (1 << MOTE_MFCC_LOG_BITS) + fraction + (int32_t)point[0] + between;
}

void mote_mfcc_frame(const mote_mfcc_tables* tables, const int16_t* samples, mote_mfcc_work work,
                     int16_t* row) {
  enum { SHIFT = MOTE_MFCC_LOG_BITS + MOTE_MFCC_DCT_BITS - MOTE_MFCC_FRACTION_BITS };
  load(tables, samples, work.spectrum);
  transform(tables, work.spectrum);
  add_bands(tables, work);
  for (int32_t b = 0; b < tables->bands; ++b) {
    work.bands[b] =
        log2_fixed(tables, (uint64_t)work.bands[b]) - tables->unit_log2 * (1 << MOTE_MFCC_LOG_BITS);
  }
  for (int32_t k = 0; k < tables->coefficients; ++k) {
    const int32_t* weights = tables->dct + k * tables->bands;
    int64_t sum = (int64_t)1 << (SHIFT - 1);
    for (int32_t b = 0; b < tables->bands; ++b) sum += work.bands[b] * weights[b];
    row[k] = saturate(sum >> SHIFT);
  }
}

int32_t mote_mfcc_level(const mote_mfcc_tables* tables, int32_t peak) {
  enum { SHIFT = 2 * MOTE_MFCC_LOG_BITS - MOTE_MFCC_FRACTION_BITS };
  if (peak < 1) return 0;
  const int32_t log2 =
      15 * (1 << MOTE_MFCC_LOG_BITS) - log2_fixed(tables, (uint64_t)(uint32_t)peak);
  return (int32_t)(((int64_t)log2 * tables->level_scale + ((int64_t)1 << (SHIFT - 1))) >> SHIFT);
}

int16_t mote_mfcc_at_level(int16_t coefficient, int32_t level) {
  return saturate((int64_t)coefficient + level);
}
