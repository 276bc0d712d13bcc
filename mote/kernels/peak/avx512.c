#include <immintrin.h>

#define MOTE_PEAK(name) mote_peak_avx512_##name
#define MOTE_PEAK_REGISTER "v"
#define FLOATS __m512
#define FLOAT_LANES 16
#define MOTE_PEAK_FMA(sum, x, y) sum = _mm512_fmadd_ps(x, y, sum)
#define INTEGERS __m512i
#define DOT_MACS 32
#define MOTE_PEAK_DOT(sum, x, y) sum = _mm512_add_epi32(sum, _mm512_madd_epi16(x, y))
#include "mote/kernels/peak/body.inc"
