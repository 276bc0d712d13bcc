#define MOTE_FAST(name) mote_fast_avx512_##name
#define MOTE_FAST_VECTOR_BYTES 64
#define MOTE_FAST_ROWS 12
#include "mote/kernels/fast/body.inc"
