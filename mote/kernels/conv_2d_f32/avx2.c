#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
#define MOTE_LANES 8
#define MOTE_PAIRS 1
#define MOTE_WIDE_ROWS 6
#define MOTE_SINGLE_ROWS 12
#define MOTE_PAIR_ROWS 8
#include "mote/kernels/conv_2d_f32/body.inc"
