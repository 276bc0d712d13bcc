#define MOTE_ISA MOTE_ISA_PORTABLE
#define MOTE_ISA_WORD portable
#define MOTE_LANES 4
#define MOTE_PAIRS 0
#define MOTE_WIDE_ROWS 4
#define MOTE_SINGLE_ROWS 8
#define MOTE_PAIR_ROWS 1
#include "mote/kernels/conv_2d_f32/body.inc"
