#define MOTE_SIMD "mote/kernels/simd/neon_dot.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_neon[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_neon", MOTE_ISA_NEON), MOTE_KERNELS_END};
