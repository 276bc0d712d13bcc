#define MOTE_SIMD "mote/kernels/simd/baseline.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_portable[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_portable", MOTE_ISA_PORTABLE),
    MOTE_KERNELS_END};
