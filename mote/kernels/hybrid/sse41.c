#define MOTE_ISA MOTE_ISA_SSE41
#define MOTE_ISA_WORD sse41
#define MOTE_SIMD "mote/kernels/simd/sse41.h"
#define MOTE_LANES 4
#include "mote/kernels/hybrid/body.inc"
