#define MOTE_SIMD "mote/kernels/simd/avx512_dot.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"

const mote_kernel mote_kernels_conv_2d_avx512[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_avx512", MOTE_ISA_AVX512), MOTE_KERNELS_END};
