#define MOTE_SIMD "mote/kernels/simd/neon_dot.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_neon[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_neon", MOTE_ISA_NEON), MOTE_KERNELS_END};
