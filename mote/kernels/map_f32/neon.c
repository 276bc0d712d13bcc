#define MOTE_ISA MOTE_ISA_NEON
#define MOTE_ISA_WORD neon
#include "mote/kernels/map_f32/body.inc"
