#define MOTE_SIMD "mote/kernels/simd/neondot.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_neondot[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_neondot", MOTE_ISA_NEONDOT), MOTE_KERNELS_END};
