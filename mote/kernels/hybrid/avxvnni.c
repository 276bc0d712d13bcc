#define MOTE_ISA MOTE_ISA_AVXVNNI
#define MOTE_ISA_WORD avxvnni
#define MOTE_SIMD "mote/kernels/simd/avxvnni.h"
#define MOTE_LANES 8
#include "mote/kernels/hybrid/body.inc"
