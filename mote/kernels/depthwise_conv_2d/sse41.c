#define MOTE_SIMD "mote/kernels/simd/sse41.h"
#include "mote/kernels/depthwise_conv_2d/body.inc"

const mote_kernel mote_kernels_depthwise_conv_2d_sse41[] = {
    MOTE_DEPTHWISE_CONV_2D_I8_ROW("depthwise_conv_2d_i8_sse41", MOTE_ISA_SSE41), MOTE_KERNELS_END};
