#define MOTE_ISA MOTE_ISA_AVX512
#define MOTE_ISA_WORD avx512
#define MOTE_SIMD "mote/kernels/simd/avx512_dot.h"
#define MOTE_LANES 16
#include "mote/kernels/hybrid/body.inc"
