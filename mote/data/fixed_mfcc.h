/* MFCCs of 16-bit sound in integers: C99 without heap, libm or state, which hosts and
 * microcontrollers compile alike, so that a firmware computes the bytes a dataset was made with.
 *
 *   mote_mfcc_frame(&tables, samples, work, row);          // one window -> one row of coefficients
 *   row[0] = mote_mfcc_at_level(row[0], mote_mfcc_level(&tables, peak));
 *
 * The chain is that of mel.h (Hann window, FFT, magnitude, mel bands, ln(x + 1e-6), DCT-II), here
 * with 31-bit twiddles, an FFT that halves at each stage, and 16 fraction bits of the logarithm; a
 * coefficient differs from mel.h's by less than 0.05. The tables come from mfcc_tables.h, which
 * prints them as C as well.
 */
#ifndef MOTE_DATA_FIXED_MFCC_H
#define MOTE_DATA_FIXED_MFCC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  MOTE_MFCC_FRACTION_BITS = 7, /* of a coefficient: its step is 1/128 */
  MOTE_MFCC_LOG_BITS = 16,     /* fraction bits of logarithms to base 2 */
  MOTE_MFCC_LOG_SEGMENT_BITS = 7,
  MOTE_MFCC_WEIGHT_BITS = 15, /* fraction bits of window and mel weights */
  MOTE_MFCC_DCT_BITS = 30,
};

typedef struct {
  int32_t re, im;
} mote_complex32;

/* Where a bin lies: `rising` of it belongs to `band`, the rest to the band before; bands -1 and
 * `bands` are none. */
typedef struct {
  int16_t band;
  uint16_t rising; /* 0..2^15 */
} mote_mfcc_share;

typedef struct {
  int32_t window_samples;
  int32_t stride_samples;
  int32_t fft_size; /* power of two, at least 8 and window_samples */
  int32_t bands;
  int32_t coefficients; /* 1..bands */
  int32_t first_bin;
  int32_t bins;                   /* that belong to a band; first_bin + bins <= fft_size / 2 */
  uint32_t log_offset;            /* 1e-6 in the units of a band */
  int32_t unit_log2;              /* of a band's units: 1.0 is 2^unit_log2 */
  int32_t level_scale;            /* of coefficient 0 for a factor of 2, 16 fraction bits */
  const uint16_t* window;         /* [window_samples] */
  const mote_complex32* twiddles; /* [fft_size / 2]: exp(-2 pi i k / fft_size), 31 fraction bits */
  const mote_mfcc_share* shares;  /* [bins] */
  const uint16_t* log2_table;     /* [129]: log2(1 + i / 128) - i / 128, 16 fraction bits */
  const int32_t* dct;             /* [coefficients, bands], times ln 2 */
} mote_mfcc_tables;

/* Scratch of a row. */
typedef struct {
  mote_complex32* spectrum; /* [fft_size / 2] */
  int64_t* bands;           /* [bands] */
} mote_mfcc_work;

/* The row of one window: samples [window_samples] -> row [coefficients], saturating. */
void mote_mfcc_frame(const mote_mfcc_tables* tables, const int16_t* samples, mote_mfcc_work work,
                     int16_t* row);

/* What dividing all samples by `peak` / 32768 adds to coefficient 0; other coefficients stay. A
 * peak below 1 adds nothing. */
int32_t mote_mfcc_level(const mote_mfcc_tables* tables, int32_t peak);
int16_t mote_mfcc_at_level(int16_t coefficient, int32_t level);

#ifdef __cplusplus
}
#endif

#endif /* MOTE_DATA_FIXED_MFCC_H */
