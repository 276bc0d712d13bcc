#define MOTE_ISA MOTE_ISA_PORTABLE
#define MOTE_ISA_WORD portable
#define MOTE_WIDE 4
#include "mote/kernels/depthwise_conv_2d_hybrid/body.inc"
