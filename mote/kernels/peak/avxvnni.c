#include <immintrin.h>

#define MOTE_PEAK(name) mote_peak_avxvnni_##name
#define MOTE_PEAK_REGISTER "x"
#define FLOATS __m256
#define FLOAT_LANES 8
#define MOTE_PEAK_FMA(sum, x, y) sum = _mm256_fmadd_ps(x, y, sum)
#define INTEGERS __m256i
#define DOT_MACS 32
#define MOTE_PEAK_DOT(sum, x, y) sum = _mm256_dpbusd_avx_epi32(sum, x, y)
#include "mote/kernels/peak/body.inc"
