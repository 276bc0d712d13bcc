// What the multipliers of one core reach: loops that compute in registers alone.
//
//   const mote_peak_loops* loops = mote_peak_loops_for(MOTE_ISA_AUTO);
//   int64_t macs = loops->i8(rounds);  // time this
#pragma once

#include "mote/kernels/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Each runs `rounds` rounds and returns how many multiply-accumulates that were.
typedef struct mote_peak_loops {
  int64_t (*f32)(int64_t rounds);
  int64_t (*i8)(int64_t rounds);  // 8-bit products, exact 32-bit sums
} mote_peak_loops;

const mote_peak_loops* mote_peak_loops_for(mote_isa isa);

#ifdef __cplusplus
}
#endif
