#include "mote/kernels/suite/run_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mote/kernels/kernel_table.h"

enum {
  kGuardBytes = 192,  // beside every buffer; kernels must leave it alone
  kGuard = 0xA5,
  kFresh = 0x5C,  // what scratch and outputs hold before a run
};

static char message[MOTE_CASE_TEXT_BYTES + 200];

const mote_case_family* mote_case_find_family(const char* name) {
  for (const mote_case_family* const* f = mote_case_families; *f != NULL; ++f) {
    if (strcmp((*f)->family, name) == 0) return *f;
  }
  return NULL;
}

const mote_kernel* mote_case_reference(const char* family) {
  const mote_kernel* kernel = NULL;
  for (int32_t i = 0; (kernel = mote_kernel_at(i)) != NULL; ++i) {
    if (kernel->isa == MOTE_ISA_AUTO && strcmp(kernel->family, family) == 0) return kernel;
  }
  return NULL;
}

// A buffer between two guards.
typedef struct guarded {
  uint8_t* memory;
  uint8_t* bytes;
  int64_t size;
} guarded;

static guarded make_guarded(int64_t size, int64_t alignment) {
  guarded g = {.size = size};
  const size_t total = (size_t)(size + 2 * kGuardBytes + alignment);
  g.memory = malloc(total);
  if (g.memory == NULL) abort();
  memset(g.memory, kGuard, total);
  const uintptr_t start = (uintptr_t)g.memory + kGuardBytes;
  g.bytes =
      (uint8_t*)((start + (uintptr_t)alignment - 1) / (uintptr_t)alignment * (uintptr_t)alignment);
  memset(g.bytes, kFresh, (size_t)size);
  return g;
}

// Whether both guards are whole; frees the buffer.
static int close_guarded(guarded* g) {
  int whole = 1;
  for (int i = 1; i <= kGuardBytes; ++i) whole &= g->bytes[-i] == kGuard;
  for (int i = 0; i < kGuardBytes; ++i) whole &= g->bytes[g->size + i] == kGuard;
  free(g->memory);
  return whole;
}

typedef struct outputs {
  guarded buffer[MOTE_CASE_MAX_OUTPUTS];
  void* pointers[MOTE_CASE_MAX_OUTPUTS];
  const void* first_input;  // instead of the case's: where output 0 overlaps it
} outputs;

static void open_outputs(const mote_kernel_case* c, outputs* o) {
  o->first_input = NULL;
  for (int i = 0; i < MOTE_CASE_MAX_OUTPUTS; ++i) {
    o->buffer[i] = make_guarded(c->output_bytes[i], 1);
    o->pointers[i] = c->output_bytes[i] > 0 ? o->buffer[i].bytes : NULL;
  }
}

static int close_outputs(outputs* o) {
  int whole = 1;
  for (int i = 0; i < MOTE_CASE_MAX_OUTPUTS; ++i) whole &= close_guarded(&o->buffer[i]);
  return whole;
}

static void constants_of(const mote_kernel_case* c, const void** constants) {
  for (int i = 0; i < MOTE_CASE_MAX_INPUTS; ++i) {
    constants[i] = i >= c->first_constant ? c->inputs[i] : NULL;
  }
}

const char* mote_case_refusal(const mote_kernel_case* c, const mote_kernel* kernel) {
  const void* constants[MOTE_CASE_MAX_INPUTS];
  constants_of(c, constants);
  return kernel->refuses != NULL ? kernel->refuses(c->params, constants) : NULL;
}

// Runs units [begin, end) with scratch of its own; whether all guards stayed whole.
static int run_units(const mote_kernel_case* c, const mote_kernel* kernel, const void* packed,
                     outputs* o, int32_t begin, int32_t end) {
  // A kernel that packs reads its constants from there alone.
  const void* inputs[MOTE_CASE_MAX_INPUTS];
  for (int i = 0; i < MOTE_CASE_MAX_INPUTS; ++i) {
    inputs[i] = kernel->pack != NULL && i >= c->first_constant ? NULL : c->inputs[i];
  }
  if (o->first_input != NULL) inputs[0] = o->first_input;
  guarded scratch = make_guarded(kernel->scratch_bytes ? kernel->scratch_bytes(c->params) : 0,
                                 MOTE_KERNEL_ALIGNMENT);
  const mote_kernel_args args = {c->params,     packed, inputs, (void* const*)o->pointers,
                                 scratch.bytes, begin,  end};
  kernel->run(&args);
  return close_guarded(&scratch);
}

static double relative_l2(const float* actual, const float* expected, int64_t count) {
  double error = 0.0;
  double norm = 0.0;
  for (int64_t i = 0; i < count; ++i) {
    const double d = (double)actual[i] - (double)expected[i];
    error += d * d;
    norm += (double)expected[i] * (double)expected[i];
  }
  return error == 0.0 ? 0.0 : sqrt(error / norm);
}

// Where the outputs differ; NULL: nowhere.
static const char* compare(const mote_kernel_case* c, const mote_kernel* kernel,
                           const outputs* actual, const outputs* expected) {
  for (int i = 0; i < MOTE_CASE_MAX_OUTPUTS; ++i) {
    const uint8_t* a = actual->buffer[i].bytes;
    const uint8_t* e = expected->buffer[i].bytes;
    // Portable kernels round as the reference does, so that they are the same on every machine.
    if (c->tolerance > 0.0 && kernel->isa != MOTE_ISA_PORTABLE) {
      const double error = relative_l2((const float*)(const void*)a, (const float*)(const void*)e,
                                       c->output_bytes[i] / (int64_t)sizeof(float));
      if (error <= c->tolerance) continue;
      snprintf(message, sizeof message, "output %d is off by %.3g of its norm (%s)", i, error,
               c->text);
      return message;
    }
    for (int64_t j = 0; j < c->output_bytes[i]; ++j) {
      if (a[j] == e[j]) continue;
      snprintf(message, sizeof message, "byte %lld of output %d is %d, not %d (%s)", (long long)j,
               i, (int8_t)a[j], (int8_t)e[j], c->text);
      return message;
    }
  }
  return NULL;
}

// Runs the kernel with its units split at `split`, the later part first.
static const char* check_split(const mote_kernel_case* c, const mote_kernel* kernel,
                               const void* packed, const outputs* expected, int32_t split) {
  const int32_t units = kernel->units != NULL ? kernel->units(c->params) : 1;
  outputs o;
  open_outputs(c, &o);
  int whole = split == 0 || run_units(c, kernel, packed, &o, split, units);
  whole &= run_units(c, kernel, packed, &o, 0, split == 0 ? units : split);
  const char* what = compare(c, kernel, &o, expected);
  whole &= close_outputs(&o);
  if (what == NULL && !whole) {
    snprintf(message, sizeof message, "wrote beside a buffer (%s)", c->text);
    what = message;
  }
  return what;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// Runs the kernel with output 0 as near below input 0 as it declares to be safe.
static const char* check_overlap(const mote_kernel_case* c, const mote_kernel* kernel,
                                 const void* packed, const outputs* expected) {
  if (kernel->overlap == NULL || c->output_bytes[1] > 0) return NULL;
  const int64_t distance = kernel->overlap(c->params, 0);
  if (distance == MOTE_NO_OVERLAP) return NULL;
  // Plans take negative distances for 0; elements stay aligned.
  const int64_t below = larger(0, distance);
  const int64_t input_bytes = mote_case_size(c, c->inputs[0]);
  outputs o;
  open_outputs(c, &o);
  close_guarded(&o.buffer[0]);
  o.buffer[0] =
      make_guarded(larger(below + input_bytes, c->output_bytes[0]), MOTE_KERNEL_ALIGNMENT);
  memcpy(o.buffer[0].bytes + below, c->inputs[0], (size_t)input_bytes);
  o.pointers[0] = o.buffer[0].bytes;
  o.first_input = o.buffer[0].bytes + below;
  int whole = run_units(c, kernel, packed, &o, 0, kernel->units ? kernel->units(c->params) : 1);
  const char* what = compare(c, kernel, &o, expected);
  whole &= close_outputs(&o);
  if (what == NULL && whole) return NULL;
  static char overlapped[sizeof message + 100];
  snprintf(overlapped, sizeof overlapped, "%lld bytes below its input: %s", (long long)below,
           what != NULL ? what : "wrote beside a buffer");
  return overlapped;
}

const char* mote_case_check(const mote_kernel_case* c, const mote_kernel* reference,
                            const mote_kernel* kernel) {
  outputs expected;
  open_outputs(c, &expected);
  run_units(c, reference, NULL, &expected, 0, 1);
  guarded packed = make_guarded(kernel->pack != NULL ? kernel->packed_bytes(c->params) : 0,
                                MOTE_KERNEL_ALIGNMENT);
  if (kernel->pack != NULL) {
    const void* constants[MOTE_CASE_MAX_INPUTS];
    constants_of(c, constants);
    kernel->pack(c->params, constants, packed.bytes);
  }
  const int32_t units = kernel->units != NULL ? kernel->units(c->params) : 1;
  const char* what = check_split(c, kernel, packed.bytes, &expected, 0);
  if (what == NULL && units > 1) {
    what = check_split(c, kernel, packed.bytes, &expected, 1 + c->index % (units - 1));
  }
  if (what == NULL) what = check_overlap(c, kernel, packed.bytes, &expected);
  if (!close_guarded(&packed) && what == NULL) what = "wrote beside its packed bytes";
  close_outputs(&expected);
  return what;
}

const char* mote_case_check_output(const mote_kernel_case* c, const mote_kernel* kernel,
                                   const void* expected) {
  outputs actual;
  outputs wanted;
  open_outputs(c, &actual);
  open_outputs(c, &wanted);
  memcpy(wanted.buffer[0].bytes, expected, (size_t)c->output_bytes[0]);
  run_units(c, kernel, NULL, &actual, 0, 1);
  const char* what = compare(c, kernel, &actual, &wanted);
  close_outputs(&wanted);
  if (!close_outputs(&actual) && what == NULL) what = "wrote beside a buffer";
  return what;
}
