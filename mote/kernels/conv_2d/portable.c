#define MOTE_SIMD "mote/kernels/simd/baseline.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_portable[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_portable", MOTE_ISA_PORTABLE), MOTE_KERNELS_END};
