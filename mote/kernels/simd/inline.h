// SIMD_INLINE, for the functions that kernel bodies are made of; and SIMD_OPAQUE(pointer), which
// hides from the compiler where a pointer came from: what it points to is then loaded anew instead
// of being kept in registers that the loop needs. For .c files only.
#pragma once

#if defined(MOTE_SIMDE)
// Emulated, one vector operation is many: each function once keeps the test build small.
#define SIMD_INLINE static __attribute__((noinline, unused))
#else
#define SIMD_INLINE static inline __attribute__((always_inline))
#endif

#if defined(__GNUC__)
#define SIMD_OPAQUE(POINTER) __asm__ volatile("" : "+r"(POINTER))
#else
#define SIMD_OPAQUE(POINTER) (void)0
#endif
