#define MOTE_FAST(name) mote_fast_portable_##name
#define MOTE_FAST_VECTOR_BYTES 16
#define MOTE_FAST_ROWS 3
#include "mote/kernels/fast/body.inc"
