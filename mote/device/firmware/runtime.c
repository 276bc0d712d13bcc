// The four functions a freestanding compiler may call (GCC manual, "Standards"), so that no C
// library is needed. This file is compiled with -fno-tree-loop-distribute-patterns, or the loops
// would become calls of themselves.
#include <stddef.h>
#include <stdint.h>

void* memcpy(void* restrict to, const void* restrict from, size_t bytes) {
  uint8_t* out = to;
  const uint8_t* in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3u) == 0) {
    for (; bytes >= 4; bytes -= 4, out += 4, in += 4)
      *(uint32_t*)(void*)out = *(const uint32_t*)(const void*)in;
  }
  while (bytes--) *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  uint8_t* out = to;
  const uint8_t* in = from;
  if (out <= in) {
    while (bytes--) *out++ = *in++;
  } else {
    while (bytes--) out[bytes] = in[bytes];
  }
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  uint8_t* out = to;
  for (; bytes && ((uintptr_t)out & 3u); --bytes) *out++ = (uint8_t)value;
  const uint32_t word = (uint8_t)value * 0x01010101u;
  for (; bytes >= 4; bytes -= 4, out += 4) *(uint32_t*)(void*)out = word;
  while (bytes--) *out++ = (uint8_t)value;
  return to;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  const uint8_t* a = left;
  const uint8_t* b = right;
  for (; bytes--; ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}
