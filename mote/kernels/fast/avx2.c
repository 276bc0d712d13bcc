#define MOTE_FAST(name) mote_fast_avx2_##name
#define MOTE_FAST_VECTOR_BYTES 32
#define MOTE_FAST_ROWS 6
#include "mote/kernels/fast/body.inc"
