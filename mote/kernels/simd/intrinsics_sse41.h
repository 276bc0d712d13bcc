// SSE4.1's intrinsics: the compiler's, or SIMDe's where MOTE_SIMDE is defined. For .c files only.
#pragma once

#if defined(MOTE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/sse4.1.h>
#else
#include <smmintrin.h>
#endif
