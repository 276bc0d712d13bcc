#define MOTE_ISA MOTE_ISA_AVX512VNNI
#define MOTE_ISA_WORD avx512vnni
#define MOTE_SIMD "mote/kernels/simd/avx512vnni.h"
#define MOTE_LANES 16
#include "mote/kernels/hybrid/body.inc"
