#define MOTE_SIMD "mote/kernels/simd/neon_dot.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_neon[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_neon", MOTE_ISA_NEON), MOTE_KERNELS_END};
