// The vector vocabulary of integer kernels as every processor of the kind has it: by SSE2 on
// x86-64, else portable.h. For .c files only.
#pragma once

#if defined(__x86_64__)
#include "mote/kernels/simd/sse41.h"
#else
#include "mote/kernels/simd/portable.h"
#endif
