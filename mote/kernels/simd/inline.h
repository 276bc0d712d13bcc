// SIMD_INLINE, for the functions that kernel bodies are made of. For .c files only.
#pragma once

#if defined(MOTE_SIMDE)
// Emulated, one vector operation is many: each function once keeps the test build small.
#define SIMD_INLINE static __attribute__((noinline, unused))
#else
#define SIMD_INLINE static inline __attribute__((always_inline))
#endif
