#define MOTE_SIMD "mote/kernels/simd/baseline.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_portable[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_portable", MOTE_ISA_PORTABLE),
    MOTE_KERNELS_END};
