// Concatenation whose output may lie on its inputs: parts that are already where they belong stay
// there, which is how a memory planner places the parts of an outermost axis.
#include <string.h>

#include "mote/kernels/kernel.h"
#include "mote/kernels/move/move.h"

static void run(const mote_kernel_args* args) {
  const mote_join_params* p = args->params;
  uint8_t* to = args->outputs[0];
  for (int64_t i = 0; i < p->outer; ++i) {
    for (int32_t k = 0; k < p->parts; ++k) {
      const size_t bytes = (size_t)p->part_bytes[k];
      const uint8_t* from = (const uint8_t*)args->inputs[k] + (size_t)i * bytes;
      if (from != to) memmove(to, from, bytes);
      to += bytes;
    }
  }
}

// Stores go upwards. When row i of part k is read, the output is written up to that part's place in
// row i; nothing that is still to be read may lie below. The last row asks for most.
static int64_t overlap(const void* params, int32_t input) {
  const mote_join_params* p = params;
  int64_t before = 0;
  int64_t row = 0;
  for (int32_t k = 0; k < p->parts; ++k) {
    if (k < input) before += p->part_bytes[k];
    row += p->part_bytes[k];
  }
  return p->outer == 0 ? 0 : (p->outer - 1) * (row - p->part_bytes[input]) + before;
}

const mote_kernel mote_kernels_move_join_in_place[] = {{.name = "concat_in_place",
                                                        .family = "concat",
                                                        .isa = MOTE_ISA_PORTABLE,
                                                        .overlap = overlap,
                                                        MOTE_PRINTED("move/join_in_place.c", run)},
                                                       MOTE_KERNELS_END};
