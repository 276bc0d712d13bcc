#define MOTE_SIMD_NARROW_WEIGHTS
#define MOTE_SIMD "mote/kernels/simd/sse41.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_sse41[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_sse41", MOTE_ISA_SSE41), MOTE_KERNELS_END};
