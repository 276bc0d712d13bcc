#define MOTE_ISA MOTE_ISA_NEON
#define MOTE_ISA_WORD neon
#define MOTE_WIDE 4
#include "mote/kernels/depthwise_conv_2d_hybrid/body.inc"
