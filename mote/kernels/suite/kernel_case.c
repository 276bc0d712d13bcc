#include "mote/kernels/suite/kernel_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mote/kernels/suite/run_case.h"

// Blocks are chained through their heads.
typedef struct block {
  struct block* next;
  void* bytes;
  int64_t size;
} block;

void* mote_case_alloc(mote_kernel_case* c, int64_t bytes) {
  block* b = malloc(sizeof *b);
  void* memory = calloc((size_t)(bytes > 0 ? bytes : 1), 1);
  if (b == NULL || memory == NULL) abort();
  b->next = c->memory;
  b->bytes = memory;
  b->size = bytes;
  c->memory = b;
  return memory;
}

int64_t mote_case_size(const mote_kernel_case* c, const void* memory) {
  for (const block* b = c->memory; b != NULL; b = b->next) {
    if (b->bytes == memory) return b->size;
  }
  return 0;
}

void mote_case_make(const mote_case_family* family, int32_t index, mote_kernel_case* c) {
  memset(c, 0, sizeof *c);
  c->index = index;
  // The start of the sequence is a hash of the index: Steele et al. 2014, SplitMix64.
  uint64_t z = (uint64_t)(index + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  c->random = z ^ (z >> 31);
  family->make(c);
  if (c->first_constant == 0) c->first_constant = 1;
}

void mote_case_free(mote_kernel_case* c) {
  for (block* b = c->memory; b != NULL;) {
    block* next = b->next;
    free(b->bytes);
    free(b);
    b = next;
  }
  c->memory = NULL;
}

// xorshift64*: Vigna 2016 (arXiv 1402.6246).
static uint64_t draw(mote_kernel_case* c) {
  c->random ^= c->random >> 12;
  c->random ^= c->random << 25;
  c->random ^= c->random >> 27;
  return (c->random * 0x2545F4914F6CDD1DU) >> 11;
}

int32_t mote_case_integer(mote_kernel_case* c, int32_t low, int32_t high) {
  return (int32_t)(low + (int64_t)(draw(c) % (uint64_t)((int64_t)high - low + 1)));
}

int mote_case_once_in(mote_kernel_case* c, int32_t times) {
  return mote_case_integer(c, 1, times) == 1;
}

double mote_case_real(mote_kernel_case* c, double low, double high) {
  return low + (high - low) * ((double)draw(c) / (double)(UINT64_C(1) << 53));
}

int8_t* mote_case_bytes(mote_kernel_case* c, int64_t count) {
  int8_t* values = mote_case_alloc(c, count);
  const int extreme = mote_case_once_in(c, 6);
  for (int64_t i = 0; i < count; ++i) {
    const int32_t v = mote_case_integer(c, -128, 127);
    values[i] = (int8_t)(!extreme ? v : (v & 1 ? -128 : 127));
  }
  return values;
}

int mote_case_is_usual(const mote_kernel_case* c) { return c->index % 2 == 0; }

int8_t* mote_case_weights(mote_kernel_case* c, int64_t count) {
  int8_t* values = mote_case_bytes(c, count);
  for (int64_t i = 0; i < count && mote_case_is_usual(c); ++i) {
    if (values[i] == INT8_MIN) values[i] = -INT8_MAX;
  }
  return values;
}

int32_t* mote_case_integers(mote_kernel_case* c, int64_t count, int32_t low, int32_t high) {
  int32_t* values = mote_case_alloc(c, count * (int64_t)sizeof *values);
  for (int64_t i = 0; i < count; ++i) values[i] = mote_case_integer(c, low, high);
  return values;
}

float* mote_case_floats(mote_kernel_case* c, int64_t count) {
  float* values = mote_case_alloc(c, count * (int64_t)sizeof *values);
  for (int64_t i = 0; i < count; ++i) {
    values[i] = (float)(mote_case_real(c, -1.0, 1.0) + mote_case_real(c, -1.0, 1.0));
  }
  return values;
}

// A factor that brings accumulators of `magnitude` to about the range of i8; now and then to none
// of it, to far more than it, or by the edges of the fixed-point form.
static mote_multiplier random_multiplier(mote_kernel_case* c, double magnitude) {
  const int32_t kind = mote_case_is_usual(c) ? 24 : mote_case_integer(c, 1, 24);
  if (kind == 1) return mote_quantize_multiplier(0.0);
  if (kind == 2) return mote_quantize_multiplier(1e-9);
  if (kind == 3) return mote_quantize_multiplier(ldexp(1.0, mote_case_integer(c, -12, 2)));
  if (kind == 4) return mote_quantize_multiplier(mote_case_real(c, 0.5, 5.0));
  const mote_multiplier m =
      mote_quantize_multiplier(exp(mote_case_real(c, -2.0, 2.0)) * 100.0 / magnitude);
  // Even multipliers of every order: those of small integers.
  if (kind == 5) {
    return (mote_multiplier){(int32_t)((uint32_t)m.multiplier >> 20 << 20), m.shift};
  }
  return m;
}

const char* mote_case_rounding(const mote_output_stage* stage) {
  static const char* const kNames[] = {"double", "single", "float"};
  return kNames[stage->rounding];
}

mote_output_stage mote_case_stage_i8(mote_kernel_case* c, int32_t channels, double magnitude) {
  mote_output_stage s = {0};
  s.per_channel = mote_case_integer(c, 0, 1);
  const int usual = mote_case_is_usual(c);
  s.rounding = (mote_rounding)mote_case_integer(c, MOTE_ROUND_DOUBLE,
                                                usual ? MOTE_ROUND_SINGLE : MOTE_ROUND_FLOAT);
  s.zero_point = mote_case_integer(c, -128, 127);
  s.min = mote_case_once_in(c, 2) ? s.zero_point : -128;
  s.max = mote_case_once_in(c, 3) ? mote_case_integer(c, s.min, 127) : 127;
  const int32_t count = s.per_channel ? channels : 1;
  mote_multiplier* multipliers = mote_case_alloc(c, count * (int64_t)sizeof *multipliers);
  for (int32_t i = 0; i < count; ++i) multipliers[i] = random_multiplier(c, magnitude);
  s.multipliers = multipliers;
  if (!usual && mote_case_once_in(c, 4))
    s.channel_max = mote_case_integers(c, channels, s.min, 127);
  return s;
}
