#include "mote/kernels/suite/stored_case.h"

#include <stdlib.h>
#include <string.h>

// NULL for no bytes.
static void* read_bytes(FILE* file, mote_kernel_case* c, int64_t bytes) {
  if (bytes == 0) return NULL;
  void* memory = mote_case_alloc(c, bytes);
  if (fread(memory, 1, (size_t)bytes, file) == (size_t)bytes) return memory;
  fprintf(stderr, "the file of cases breaks off\n");
  exit(1);
}

int mote_stored_case_read(FILE* file, mote_stored_case* head, mote_kernel_case* c,
                          const void** expected) {
  if (fread(head, sizeof *head, 1, file) != 1) return 0;
  memset(c, 0, sizeof *c);
  char* params = read_bytes(file, c, head->params_bytes);
  mote_output_stage* stage = (mote_output_stage*)(void*)(params + head->stage_offset);
  stage->multipliers = read_bytes(file, c, head->multipliers * (int64_t)sizeof *stage->multipliers);
  stage->channel_max =
      read_bytes(file, c, head->channel_maxima * (int64_t)sizeof *stage->channel_max);
  c->params = params;
  for (int i = 0; i < MOTE_CASE_MAX_INPUTS; ++i) {
    c->inputs[i] = read_bytes(file, c, head->input_bytes[i]);
  }
  memcpy(c->output_bytes, head->output_bytes, sizeof c->output_bytes);
  *expected = read_bytes(file, c, head->output_bytes[0]);
  c->first_constant = 1;
  memcpy(c->text, head->text, sizeof c->text);
  return 1;
}
