#define MOTE_ISA MOTE_ISA_NEON
#define MOTE_ISA_WORD neon
#define MOTE_SIMD "mote/kernels/simd/neon_dot.h"
#define MOTE_LANES 4
#include "mote/kernels/hybrid/body.inc"
