#define MOTE_SIMD "mote/kernels/simd/avx2_dot.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avx2[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avx2", MOTE_ISA_AVX2), MOTE_KERNELS_END};
