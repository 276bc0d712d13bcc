#include <immintrin.h>

#define MOTE_PEAK(name) mote_peak_avx2_##name
#define MOTE_PEAK_REGISTER "x"
#define FLOATS __m256
#define FLOAT_LANES 8
#define MOTE_PEAK_FMA(sum, x, y) sum = _mm256_fmadd_ps(x, y, sum)
#define INTEGERS __m256i
// Always exact: products of widened pairs. VPMADDUBSW, twice as dense, is exact for some weights
// only.
#define DOT_MACS 16
#define MOTE_PEAK_DOT(sum, x, y) sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, y))
#include "mote/kernels/peak/body.inc"
