#include "mote/kernels/kernel_table.h"

#include <stddef.h>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#define MOTE_REGISTER(word) extern const mote_kernel mote_kernels_##word[];
#include "mote/kernels/registry.inc"
#undef MOTE_REGISTER

#define MOTE_REGISTER(word) mote_kernels_##word,
static const mote_kernel* const kArrays[] = {
#include "mote/kernels/registry.inc"
};
#undef MOTE_REGISTER

const mote_kernel* mote_kernel_at(int32_t index) {
  for (size_t i = 0; i < sizeof kArrays / sizeof kArrays[0]; ++i) {
    for (const mote_kernel* kernel = kArrays[i]; kernel->name != NULL; ++kernel) {
      if (index-- == 0) return kernel;
    }
  }
  return NULL;
}

int64_t mote_overlap_elementwise(const void* params, int32_t input) {
  (void)params;
  (void)input;
  return 0;
}

#if defined(__x86_64__)
// Leaf 7, subleaf 1, EAX bit 4; what __builtin_cpu_supports of GCC 12 does not know.
// Source: Intel Architecture Instruction Set Extensions reference, CPUID.
static int has_avx_vnni(void) {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1) != 0;
}

static int has_by_cpuid(mote_isa isa) {
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512vl");
  switch (isa) {
    case MOTE_ISA_SSE41:
      return __builtin_cpu_supports("sse4.1") != 0;
    case MOTE_ISA_AVX2:
      return avx2;
    case MOTE_ISA_AVXVNNI:
      return avx2 && has_avx_vnni();
    case MOTE_ISA_AVX512:
      return avx512;
    case MOTE_ISA_AVX512VNNI:
      return avx512 && __builtin_cpu_supports("avx512vnni");
    default:
      return 0;
  }
}
#elif defined(__aarch64__)
static int has_by_cpuid(mote_isa isa) {
  if (isa == MOTE_ISA_NEON) return 1;
#if defined(__linux__)
  // HWCAP_ASIMDDP of the Linux kernel's ABI.
  return isa == MOTE_ISA_NEONDOT && (getauxval(AT_HWCAP) >> 20 & 1) != 0;
#else
  return 0;
#endif
}
#else
static int has_by_cpuid(mote_isa isa) {
  (void)isa;
  return 0;
}
#endif

int mote_machine_has(mote_isa isa) {
  const int plain = isa == MOTE_ISA_AUTO || isa == MOTE_ISA_PORTABLE || isa >= MOTE_ISA_MCU;
  return plain || has_by_cpuid(isa);
}

mote_isa mote_resolve_isa(mote_isa isa) {
  if (isa != MOTE_ISA_AUTO) return isa;
  static const mote_isa kBestFirst[] = {MOTE_ISA_AVX512VNNI, MOTE_ISA_AVXVNNI, MOTE_ISA_AVX512,
                                        MOTE_ISA_AVX2,       MOTE_ISA_SSE41,   MOTE_ISA_NEONDOT,
                                        MOTE_ISA_NEON};
  for (size_t i = 0; i < sizeof kBestFirst / sizeof kBestFirst[0]; ++i) {
    if (mote_machine_has(kBestFirst[i])) return kBestFirst[i];
  }
  return MOTE_ISA_PORTABLE;
}

int mote_isa_includes(mote_isa isa, mote_isa part) {
  if (part == isa || part == MOTE_ISA_PORTABLE) return 1;
  switch (isa) {
    case MOTE_ISA_AVX2:
      return part == MOTE_ISA_SSE41;
    case MOTE_ISA_AVXVNNI:
    case MOTE_ISA_AVX512:
      return mote_isa_includes(MOTE_ISA_AVX2, part);
    case MOTE_ISA_AVX512VNNI:
      return mote_isa_includes(MOTE_ISA_AVX512, part);
    case MOTE_ISA_NEONDOT:
      return part == MOTE_ISA_NEON;
    case MOTE_ISA_MCU_DSP:
      return part == MOTE_ISA_MCU;
    case MOTE_ISA_MCU_MVE:
      return mote_isa_includes(MOTE_ISA_MCU_DSP, part);
    default:
      return 0;
  }
}

const char* mote_isa_name(mote_isa isa) {
  switch (isa) {
    case MOTE_ISA_AUTO:
      return "auto";
    case MOTE_ISA_PORTABLE:
      return "portable";
    case MOTE_ISA_SSE41:
      return "sse41";
    case MOTE_ISA_AVX2:
      return "avx2";
    case MOTE_ISA_AVXVNNI:
      return "avxvnni";
    case MOTE_ISA_AVX512:
      return "avx512";
    case MOTE_ISA_AVX512VNNI:
      return "avx512vnni";
    case MOTE_ISA_NEON:
      return "neon";
    case MOTE_ISA_NEONDOT:
      return "neondot";
    case MOTE_ISA_MCU:
      return "mcu";
    case MOTE_ISA_MCU_DSP:
      return "mcu_dsp";
    case MOTE_ISA_MCU_MVE:
      return "mcu_mve";
  }
  return "";
}
