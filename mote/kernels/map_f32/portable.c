#define MOTE_ISA MOTE_ISA_PORTABLE
#define MOTE_ISA_WORD portable
#include "mote/kernels/map_f32/body.inc"
