#define MOTE_SIMD "mote/kernels/simd/sse41.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_sse41[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_sse41", MOTE_ISA_SSE41), MOTE_KERNELS_END};
