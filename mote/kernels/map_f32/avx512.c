#define MOTE_ISA MOTE_ISA_AVX512
#define MOTE_ISA_WORD avx512
#include "mote/kernels/map_f32/body.inc"
