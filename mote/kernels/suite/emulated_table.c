#include "mote/kernels/suite/emulated_table.h"

#include <stddef.h>

#define MOTE_REGISTER(word) extern const mote_kernel mote_emulated_##word[];
#include "mote/kernels/suite/emulated_registry.inc"
#undef MOTE_REGISTER

#define MOTE_REGISTER(word) mote_emulated_##word,
static const mote_kernel* const kArrays[] = {
#include "mote/kernels/suite/emulated_registry.inc"
    NULL};
#undef MOTE_REGISTER

const mote_kernel* mote_emulated_kernel_at(int32_t index) {
  for (const mote_kernel* const* array = kArrays; *array != NULL; ++array) {
    for (const mote_kernel* kernel = *array; kernel->name != NULL; ++kernel) {
      if (index-- == 0) return kernel;
    }
  }
  return NULL;
}
