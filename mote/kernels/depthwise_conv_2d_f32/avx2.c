#define MOTE_ISA MOTE_ISA_AVX2
#define MOTE_ISA_WORD avx2
#define MOTE_WIDE 8
#include "mote/kernels/depthwise_conv_2d_f32/body.inc"
