#define MOTE_SIMD "mote/kernels/simd/avx2_sign.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_avx2[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_avx2", MOTE_ISA_AVX2), MOTE_KERNELS_END};
