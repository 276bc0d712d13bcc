#define MOTE_SIMD "mote/kernels/simd/avx512_dot.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_avx512[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_avx512", MOTE_ISA_AVX512),
    MOTE_KERNELS_END};
