#define MOTE_SIMD "mote/kernels/simd/avx2_dot.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_avx2[] = {
    MOTE_CONV_2D_I8_ROW("conv_2d_i8_avx2", MOTE_ISA_AVX2), MOTE_KERNELS_END};
