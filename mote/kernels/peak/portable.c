#include <stdint.h>

#define MOTE_PEAK(name) mote_peak_portable_##name
typedef float floats __attribute__((vector_size(16)));
typedef int32_t integers __attribute__((vector_size(16)));
#define FLOATS floats
#define INTEGERS integers
#define FLOAT_LANES 4
#define DOT_MACS 4
#if defined(__x86_64__)
#define MOTE_PEAK_REGISTER "x"
#elif defined(__aarch64__)
#define MOTE_PEAK_REGISTER "w"
#else
#define MOTE_PEAK_REGISTER "m"
#endif
#define MOTE_PEAK_FMA(sum, x, y) sum += x * y
#define MOTE_PEAK_DOT(sum, x, y) sum += x * y
#include "mote/kernels/peak/body.inc"
