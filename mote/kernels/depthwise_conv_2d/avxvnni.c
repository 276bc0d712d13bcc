#define MOTE_SIMD "mote/kernels/simd/avxvnni.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avxvnni[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avxvnni", MOTE_ISA_AVXVNNI),
    MOTE_KERNELS_END};
