#define MOTE_SIMD "mote/kernels/simd/avxvnni.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_avxvnni[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_avxvnni", MOTE_ISA_AVXVNNI), MOTE_KERNELS_END};
