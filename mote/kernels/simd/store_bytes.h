// The first bytes of a vector, where no masked store does it. For .c files only.
#pragma once

#include <stdint.h>
#include <string.h>

#include "mote/kernels/simd/inline.h"

/// Copies `count` < 16 of the 16 bytes at `from`.
SIMD_INLINE void simd_store_bytes(const int8_t* from, int64_t count, int8_t* to) {
  if (count & 8) {
    memcpy(to, from, 8);
    to += 8;
    from += 8;
  }
  if (count & 4) {
    memcpy(to, from, 4);
    to += 4;
    from += 4;
  }
  if (count & 2) {
    memcpy(to, from, 2);
    to += 2;
    from += 2;
  }
  if (count & 1) *to = *from;
}
