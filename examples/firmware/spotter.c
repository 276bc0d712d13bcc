#include "spotter.h"

#include "fixed_mfcc.h"
#include "kws.h"
#include "spotter_tables.h"

enum {
  SMOOTHED = 3,            /* runs whose posteriors are averaged: what was said for 0.2 s */
  THRESHOLD = 26214,       /* 0.8: a word counts when its average reaches this, 15 fraction bits */
  QUIET_RUNS = 8,          /* after a word nothing is reported for 0.8 s: it is still in sight */
  POSTERIOR_ONE = 1 << 15, /* the posteriors of a run add up to this, but for rounding */
};

/* A window of MFCC_WINDOW samples lies in two hops, a row of features ends each but the first. */
typedef char window_is_at_most_two_hops[MFCC_WINDOW <= 2 * SPOTTER_HOP ? 1 : -1];
typedef char
    input_is_the_last_second[SPOTTER_FRAMES * MFCC_COEFFICIENTS == KWS_INPUT_0_ELEMENTS ? 1 : -1];

static int16_t sound[2 * SPOTTER_HOP];
static int16_t peaks[SPOTTER_HOPS];                     /* of each hop, a ring */
static int16_t rows[SPOTTER_FRAMES][MFCC_COEFFICIENTS]; /* a ring */
static int32_t next_peak, next_row;
static int32_t hops;   /* heard, up to SPOTTER_HOPS */
static int32_t waited; /* hops since the network was due */
static mote_complex32 spectrum[MFCC_FFT / 2];
static int64_t bands[MFCC_BANDS];

static uint16_t posteriors[SMOOTHED][KWS_OUTPUT_0_ELEMENTS]; /* a ring */
static int32_t next_posterior;
static int32_t quiet; /* runs until a word may be reported */

void spotter_init(void) {
  next_peak = next_row = next_posterior = hops = quiet = 0;
  waited = SPOTTER_INTERVAL - 1; /* the first second is looked at when it is there */
  for (int32_t i = 0; i < 2 * SPOTTER_HOP; ++i) sound[i] = 0;
  for (int32_t i = 0; i < SMOOTHED; ++i) {
    for (int32_t k = 0; k < KWS_OUTPUT_0_ELEMENTS; ++k) posteriors[i][k] = 0;
  }
  kws_init();
}

int32_t spotter_hear(const int16_t* samples) {
  int16_t peak = samples[0];
  for (int32_t i = 0; i < SPOTTER_HOP; ++i) {
    sound[i] = sound[SPOTTER_HOP + i];
    sound[SPOTTER_HOP + i] = samples[i];
    if (samples[i] > peak) peak = samples[i];
  }
  peaks[next_peak] = peak;
  next_peak = next_peak + 1 == SPOTTER_HOPS ? 0 : next_peak + 1;
  if (hops > 0) {
    const mote_mfcc_work work = {spectrum, bands};
    mote_mfcc_frame(&mfcc_tables, sound, work, rows[next_row]);
    next_row = next_row + 1 == SPOTTER_FRAMES ? 0 : next_row + 1;
  }
  if (hops < SPOTTER_HOPS) ++hops;
  if (hops < SPOTTER_HOPS || ++waited < SPOTTER_INTERVAL) return 0;
  waited = 0;
  return 1;
}

/* round(real / scale) + zero point, half away from zero, of a coefficient. */
static int8_t quantize(int16_t coefficient) {
  const int64_t product = (int64_t)coefficient * SPOTTER_MULTIPLIER;
  const int64_t half = (int64_t)1 << (SPOTTER_SHIFT - 1);
  const int32_t steps = product < 0 ? -(int32_t)((half - product) >> SPOTTER_SHIFT)
                                    : (int32_t)((product + half) >> SPOTTER_SHIFT);
  const int32_t stored = steps + KWS_INPUT_0_ZERO_POINT;
  if (stored > INT8_MAX) return INT8_MAX;
  return stored < INT8_MIN ? INT8_MIN : (int8_t)stored;
}

void spotter_look(int8_t* input) {
  int16_t peak = peaks[0];
  for (int32_t i = 1; i < SPOTTER_HOPS; ++i) {
    if (peaks[i] > peak) peak = peaks[i];
  }
  const int32_t level = mote_mfcc_level(&mfcc_tables, peak);
  int32_t row = next_row; /* the oldest */
  for (int32_t i = 0; i < SPOTTER_FRAMES; ++i) {
    *input++ = quantize(mote_mfcc_at_level(rows[row][0], level));
    for (int32_t k = 1; k < MFCC_COEFFICIENTS; ++k) *input++ = quantize(rows[row][k]);
    row = row + 1 == SPOTTER_FRAMES ? 0 : row + 1;
  }
}

/* Softmax by a table: exponents of the distance to the largest logit. */
static void add_posteriors(const int8_t* logits) {
  int32_t largest = logits[0];
  for (int32_t k = 1; k < KWS_OUTPUT_0_ELEMENTS; ++k) {
    if (logits[k] > largest) largest = logits[k];
  }
  uint32_t sum = 0;
  for (int32_t k = 0; k < KWS_OUTPUT_0_ELEMENTS; ++k) sum += spotter_exp[largest - logits[k]];
  for (int32_t k = 0; k < KWS_OUTPUT_0_ELEMENTS; ++k) {
    posteriors[next_posterior][k] =
        (uint16_t)((uint32_t)spotter_exp[largest - logits[k]] * POSTERIOR_ONE / sum);
  }
  next_posterior = next_posterior + 1 == SMOOTHED ? 0 : next_posterior + 1;
}

int32_t spotter_think(void) {
  kws_invoke();
  add_posteriors(kws_output_0());
  int32_t word = 0;
  uint32_t best = 0;
  for (int32_t k = 0; k < KWS_OUTPUT_0_ELEMENTS; ++k) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < SMOOTHED; ++i) sum += posteriors[i][k];
    if (sum <= best) continue;
    best = sum;
    word = k;
  }
  if (quiet > 0) {
    --quiet;
    return SPOTTER_NONE;
  }
  if (best < SMOOTHED * THRESHOLD || !spotter_words[word]) return SPOTTER_NONE;
  quiet = QUIET_RUNS;
  return word;
}
