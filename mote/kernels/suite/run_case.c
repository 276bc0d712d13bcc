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
} outputs;

static void open_outputs(const mote_kernel_case* c, outputs* o) {
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
  if (!close_guarded(&packed) && what == NULL) what = "wrote beside its packed bytes";
  close_outputs(&expected);
  return what;
}
