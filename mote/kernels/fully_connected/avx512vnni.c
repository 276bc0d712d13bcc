#define MOTE_SIMD "mote/kernels/simd/avx512vnni.h"
#include "mote/kernels/fully_connected/fully_connected_i8.inc"

const mote_kernel mote_kernels_fully_connected_avx512vnni[] = {
    MOTE_FULLY_CONNECTED_I8_ROWS("fully_connected_i8_avx512vnni", MOTE_ISA_AVX512VNNI),
    MOTE_KERNELS_END};
