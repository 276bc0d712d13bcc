// The last elements of simd_mix, fewer than the eight that simd_mix_8 reads. Included behind it;
// simd_element and SIMD_DEPTH are defined. For .c files only.
#pragma once

#include <string.h>

SIMD_INLINE void simd_mix_rest(const int8_t* const rows[SIMD_DEPTH], int64_t at, int64_t count,
                               simd_element* to) {
  int8_t bytes[SIMD_DEPTH][8] = {{0}};
  const int8_t* copies[SIMD_DEPTH];
  for (int d = 0; d < SIMD_DEPTH; ++d) {
    for (int64_t i = 0; i < count; ++i) bytes[d][i] = rows[d][at + i];
    copies[d] = bytes[d];
  }
  simd_mix_8(copies, 0, to);
}
