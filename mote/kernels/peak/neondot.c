#include <arm_neon.h>

#define MOTE_PEAK(name) mote_peak_neondot_##name
#define MOTE_PEAK_REGISTER "w"
#define FLOATS float32x4_t
#define FLOAT_LANES 4
#define MOTE_PEAK_FMA(sum, x, y) sum = vfmaq_f32(sum, x, y)
#define INTEGERS int32x4_t
#define DOT_MACS 16
#define MOTE_PEAK_DOT(sum, x, y) \
  sum = vdotq_s32(sum, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(y))
#include "mote/kernels/peak/body.inc"
