#define MOTE_ISA MOTE_ISA_AVX512
#define MOTE_ISA_WORD avx512
#define MOTE_WIDE 16
#include "mote/kernels/depthwise_conv_2d_hybrid/body.inc"
