#define MOTE_SIMD "mote/kernels/simd/neondot.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_neondot[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_neondot", MOTE_ISA_NEONDOT),
    MOTE_KERNELS_END};
