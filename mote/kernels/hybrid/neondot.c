#define MOTE_ISA MOTE_ISA_NEONDOT
#define MOTE_ISA_WORD neondot
#define MOTE_SIMD "mote/kernels/simd/neondot.h"
#define MOTE_LANES 4
#include "mote/kernels/hybrid/body.inc"
