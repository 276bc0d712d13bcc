#include <immintrin.h>

#define MOTE_PEAK(name) mote_peak_avx512vnni_##name
#define MOTE_PEAK_REGISTER "v"
#define FLOATS __m512
#define FLOAT_LANES 16
#define MOTE_PEAK_FMA(sum, x, y) sum = _mm512_fmadd_ps(x, y, sum)
#define INTEGERS __m512i
#define DOT_MACS 64
#define MOTE_PEAK_DOT(sum, x, y) sum = _mm512_dpbusd_epi32(sum, x, y)
#include "mote/kernels/peak/body.inc"
