#define MOTE_SIMD "mote/kernels/simd/neondot.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_neondot[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_neondot", MOTE_ISA_NEONDOT), MOTE_KERNELS_END};
