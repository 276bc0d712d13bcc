#define MOTE_ISA MOTE_ISA_PORTABLE
#define MOTE_ISA_WORD portable
#define MOTE_SIMD "mote/kernels/simd/portable.h"
#define MOTE_LANES 8
#include "mote/kernels/hybrid/body.inc"
