// Calls of kernels in a file: what a real network asks of convolutions and fully connected layers
// of integers, for machines that cannot read the network (stored_case.c reads, tests/store_cases.cc
// writes).
//
// A file is one case after another: a mote_stored_case, its params, their multipliers and limits
// per channel, the inputs, the outputs that are expected. Both sides are little-endian with
// pointers of 64 bits.
#pragma once

#include <stdio.h>

#include "mote/kernels/suite/kernel_case.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_STORED_NAME_BYTES = 64 };

typedef struct mote_stored_case {
  char family[MOTE_STORED_NAME_BYTES];
  char text[MOTE_CASE_TEXT_BYTES];  // network and node
  int64_t params_bytes;
  int64_t stage_offset;  // of the mote_output_stage in the params
  int64_t multipliers;   // how many
  int64_t channel_maxima;
  int64_t input_bytes[MOTE_CASE_MAX_INPUTS];  // 0: absent
  int64_t output_bytes[MOTE_CASE_MAX_OUTPUTS];
} mote_stored_case;

/// Reads the next case; `expected` gets what output 0 must be. 0 at the end of the file; a file
/// that breaks off ends the program.
int mote_stored_case_read(FILE* file, mote_stored_case* head, mote_kernel_case* c,
                          const void** expected);

#ifdef __cplusplus
}
#endif
