#define MOTE_SIMD_NARROW_WEIGHTS
#define MOTE_SIMD "mote/kernels/simd/avx512_dot.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_avx512[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_avx512", MOTE_ISA_AVX512), MOTE_KERNELS_END};
