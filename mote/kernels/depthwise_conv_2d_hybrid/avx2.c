#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
#define MOTE_WIDE 8
#include "mote/kernels/depthwise_conv_2d_hybrid/body.inc"
