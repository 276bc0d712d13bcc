#define MOTE_SIMD "mote/kernels/simd/avx2_dot.h"
#include "mote/kernels/conv_2d/conv_2d_i8.inc"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

// The loops serve fully connected layers too, with the weights that fully_connected/avx2.c refuses.
const mote_kernel mote_kernels_conv_2d_avx2[] = {
    MOTE_CONV_2D_I8_ROWS("conv_2d_i8_avx2", MOTE_ISA_AVX2),
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_avx2_all_weights", MOTE_ISA_AVX2),
    MOTE_KERNELS_END};
