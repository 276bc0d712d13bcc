#define MOTE_ISA MOTE_ISA_NEON
#define MOTE_ISA_WORD neon
#define MOTE_LANES 4
#define MOTE_PAIRS 1
#define MOTE_WIDE_ROWS 10
#define MOTE_SINGLE_ROWS 16
#define MOTE_PAIR_ROWS 12
#include "mote/kernels/conv_2d_f32/body.inc"
