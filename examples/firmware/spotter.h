/* A keyword spotter that listens: sound comes in hops, words come out.
 *
 *   spotter_init();
 *   for (;;) {
 *     wait for SPOTTER_HOP samples;
 *     if (!spotter_hear(samples)) continue;          // the front-end: every 20 ms
 *     spotter_look(kws_input_0());                   // the last second, as the network takes it
 *     const int32_t word = spotter_think();          // the network and what it said before
 *     if (word >= 0) act on spotter_words[word];
 *   }
 *
 * Integers throughout, static memory, one caller. The features of any second are the bytes that
 * mote's `fixed-mfcc` gives for it as a clip.
 */
#ifndef SPOTTER_H
#define SPOTTER_H

#include <stdint.h>

#include "front_end_tables.h"

enum {
  SPOTTER_HOP = MFCC_STRIDE, /* samples */
  SPOTTER_FRAMES = 49,       /* rows of features that the network takes */
  SPOTTER_HOPS = 50,         /* of the second that they cover */
  SPOTTER_INTERVAL = 5,      /* hops from one run of the network to the next */
  SPOTTER_NONE = -1,
};

void spotter_init(void);

/* Takes one hop; 1 when the network is to run, else 0. */
int32_t spotter_hear(const int16_t* samples);

/* Writes the last second, int8 [SPOTTER_FRAMES, MFCC_COEFFICIENTS], to `input`. */
void spotter_look(int8_t* input);

/* Runs the network on what its input holds. The number of a word that was said, or
 * SPOTTER_NONE. */
int32_t spotter_think(void);

#endif /* SPOTTER_H */
