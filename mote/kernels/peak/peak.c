#include "mote/kernels/peak/peak.h"

#include <stddef.h>

#include "mote/kernels/kernel_table.h"

extern const mote_peak_loops mote_peak_portable_loops;
#if defined(__x86_64__)
extern const mote_peak_loops mote_peak_avx2_loops;
extern const mote_peak_loops mote_peak_avxvnni_loops;
extern const mote_peak_loops mote_peak_avx512_loops;
extern const mote_peak_loops mote_peak_avx512vnni_loops;
#elif defined(__aarch64__)
extern const mote_peak_loops mote_peak_neondot_loops;
#endif

const mote_peak_loops* mote_peak_loops_for(mote_isa isa) {
  switch (mote_resolve_isa(isa)) {
#if defined(__x86_64__)
    case MOTE_ISA_AVX2:
      return &mote_peak_avx2_loops;
    case MOTE_ISA_AVXVNNI:
      return &mote_peak_avxvnni_loops;
    case MOTE_ISA_AVX512:
      return &mote_peak_avx512_loops;
    case MOTE_ISA_AVX512VNNI:
      return &mote_peak_avx512vnni_loops;
#elif defined(__aarch64__)
    case MOTE_ISA_NEONDOT:
      return &mote_peak_neondot_loops;
#endif
    default:
      return &mote_peak_portable_loops;
  }
}
