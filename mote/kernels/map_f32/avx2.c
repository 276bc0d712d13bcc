#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
#include "mote/kernels/map_f32/body.inc"
