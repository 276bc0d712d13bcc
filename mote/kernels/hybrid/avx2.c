#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
#define MOTE_SIMD "mote/kernels/simd/avx2_dot.h"
#define MOTE_LANES 8
#include "mote/kernels/hybrid/body.inc"
