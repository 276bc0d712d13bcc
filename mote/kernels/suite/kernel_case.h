// Generated calls of kernels: what a family of the kernel contract is tested with. In C, so that
// the same calls run in a cross-compiled program.
//
//   static void make(mote_kernel_case* c) {
//     mote_my_params* p = mote_case_alloc(c, sizeof *p);
//     p->count = mote_case_integer(c, 1, 40);
//     c->params = p;
//     c->inputs[0] = mote_case_bytes(c, p->count);
//     c->output_bytes[0] = p->count;
//   }
//   const mote_case_family mote_cases_my_i8 = {.family = "my_i8", .make = make};
//
// A family is entered in the list in families.c. Every row of it, native and emulated, must then
// give what the family's reference row gives.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_CASE_MAX_INPUTS = 8, MOTE_CASE_MAX_OUTPUTS = 4, MOTE_CASE_TEXT_BYTES = 400 };

typedef struct mote_kernel_case {
  // What `make` fills in.
  const void* params;
  const void* inputs[MOTE_CASE_MAX_INPUTS];  // NULL: absent
  int64_t output_bytes[MOTE_CASE_MAX_OUTPUTS];
  int32_t first_constant;  // inputs from this one on are known before the run; 0: all but the first
  double tolerance;  // 0: the same bytes; else outputs are f32 and this bounds the relative L2
  char text[MOTE_CASE_TEXT_BYTES];  // the params in words, for the message of a failure
  // What the helpers use.
  int32_t index;  // of the case in its family: lets `make` walk through kinds of cases
  uint64_t random;
  void* memory;
} mote_kernel_case;

typedef struct mote_case_family {
  const char* family;
  void (*make)(mote_kernel_case* c);
} mote_case_family;

/// Zeroed memory that lives as long as the case; its end is the end of the allocation, so that
/// sanitizers see reads past it.
void* mote_case_alloc(mote_kernel_case* c, int64_t bytes);
/// How many bytes mote_case_alloc gave at `memory`.
int64_t mote_case_size(const mote_kernel_case* c, const void* memory);
/// Uniform in [low, high].
int32_t mote_case_integer(mote_kernel_case* c, int32_t low, int32_t high);
/// Whether a thing happens that happens once in `times`.
int mote_case_once_in(mote_kernel_case* c, int32_t times);
/// Uniform in [low, high).
double mote_case_real(mote_kernel_case* c, double low, double high);
/// `count` random i8 (or u8): all values, or now and then extreme ones only.
int8_t* mote_case_bytes(mote_kernel_case* c, int64_t count);
/// Whether the case is one of the half that is like most quantized networks: weights without -128,
/// scales below 0.5, integer rounding, the same limits for all channels. Kernels for small
/// processors refuse others.
int mote_case_is_usual(const mote_kernel_case* c);
/// The same, of weights: without -128 in a usual case.
int8_t* mote_case_weights(mote_kernel_case* c, int64_t count);
/// `count` random i32 in [low, high].
int32_t* mote_case_integers(mote_kernel_case* c, int64_t count, int32_t low, int32_t high);
/// `count` random f32 of about unit size.
float* mote_case_floats(mote_kernel_case* c, int64_t count);
/// An i8 output stage for accumulators of about `magnitude`: all roundings, multipliers per
/// tensor and per channel, left shifts, dead channels, ReLU limits, limits per channel.
mote_output_stage mote_case_stage_i8(mote_kernel_case* c, int32_t channels, double magnitude);
const char* mote_case_rounding(const mote_output_stage* stage);

/// The list of families; ends with a row without a name.
extern const mote_case_family* const mote_case_families[];

#ifdef __cplusplus
}
#endif
