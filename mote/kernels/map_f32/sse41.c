#define MOTE_ISA MOTE_ISA_SSE41
#define MOTE_ISA_WORD sse41
#include "mote/kernels/map_f32/body.inc"
