#define MOTE_SIMD "mote/kernels/simd/avxvnni.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_avxvnni[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_avxvnni", MOTE_ISA_AVXVNNI), MOTE_KERNELS_END};
