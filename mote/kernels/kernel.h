// The contract of a compute kernel: one row that says what it is, when it applies, what it needs
// and how it is called. A family is the kernels that compute the same function of the same params
// struct; its reference kernel is the oracle of the others.
//
//   const mote_kernel mote_kernels_conv_2d_avx2[] = {
//       {.name = "conv_2d_i8_avx2", .family = "conv_2d_i8", .isa = MOTE_ISA_AVX2, .run = run, ...},
//       MOTE_KERNELS_END};
//
// The word `conv_2d/avx2` in this folder's build list compiles mote/kernels/conv_2d/avx2.c and
// enters its array `mote_kernels_conv_2d_avx2` in the table (kernel_table.h). Among the rows of a
// family that the instruction set allows and that do not refuse, the one of the highest instruction
// set is taken; among equals, the later in the build list.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets, each with the ones it includes: see mote_isa_includes.
typedef enum mote_isa {
  MOTE_ISA_AUTO = 0,    // as a request: the best of this machine; of a row: the oracle, taken last
  MOTE_ISA_PORTABLE,    // C11; the same bytes on every machine, floats too
  MOTE_ISA_SSE41,       // SSE4.1
  MOTE_ISA_AVX2,        // AVX2 and FMA
  MOTE_ISA_AVXVNNI,     // and VPDPBUSD on 32 bytes
  MOTE_ISA_AVX512,      // AVX-512 F, BW, DQ, VL (includes AVX2, not AVX-VNNI)
  MOTE_ISA_AVX512VNNI,  // and VPDPBUSD on 64 bytes
  MOTE_ISA_NEON,        // ARM64
  MOTE_ISA_NEONDOT,     // and SDOT
  // For generated code. The host has all of them: their kernels fall back to plain C.
  MOTE_ISA_MCU,      // C99, for any microcontroller
  MOTE_ISA_MCU_DSP,  // ARMv7E-M and ARMv8-M with the DSP extension: Cortex-M4, M7, M33
  MOTE_ISA_MCU_MVE,  // ARMv8.1-M with integer and float vectors (Helium): Cortex-M55, M85
} mote_isa;

/// One call. Buffers do not overlap but where the kernel's `overlap` allows it.
typedef struct mote_kernel_args {
  const void* params;
  const void* packed;         // what `pack` wrote; NULL where the kernel has no `pack`
  const void* const* inputs;  // in the order of the family; NULL: absent
  void* const* outputs;
  void* scratch;       // scratch_bytes(params), this caller's own
  int32_t begin, end;  // the units of work to do, within [0, units(params))
} mote_kernel_args;

typedef struct mote_kernel {
  const char* name;    // "conv_2d_i8_avx512vnni"
  const char* family;  // "conv_2d_i8"
  mote_isa isa;
  /// Why it cannot do this call, in words; NULL when it can. `constants` are the inputs whose
  /// content is known before the first call, NULL for the others. No function: it always can.
  const char* (*refuses)(const void* params, const void* const* constants);
  /// Constant inputs rearranged once; absent: constants are used as they are. A kernel that packs
  /// applies only where all inputs but the first are constant or absent, and reads them from
  /// `packed` alone. The result holds no pointers, so that it can be printed or mapped.
  /// `packs_params`: it packs what params alone determine, whatever the inputs, and reads all of
  /// its inputs.
  int packs_params;
  int64_t (*packed_bytes)(const void* params);
  void (*pack)(const void* params, const void* const* constants, void* packed);
  /// Bytes of scratch, aligned to MOTE_KERNEL_ALIGNMENT, of each concurrent caller. Absent: none.
  int64_t (*scratch_bytes)(const void* params);
  /// How many units the work divides into; units may run in any order, on any threads. Absent: one.
  int32_t (*units)(const void* params);
  /// How far the output must start below input `input` when all units run in order on one thread:
  /// any address <= input - overlap(params, input) is safe, however the two overlap. May be
  /// negative. MOTE_NO_OVERLAP: they must be apart. Absent: the same. mote_overlap_elementwise:
  /// element i of the output depends on element i of that input alone, so that both may share one
  /// address with any number of threads.
  int64_t (*overlap)(const void* params, int32_t input);
  void (*run)(const mote_kernel_args* args);
  /// Set by MOTE_PRINTED: where code generation finds the text of `run`, below mote/kernels.
  /// Absent: the kernel runs on the host only.
  const char* source;
  const char* entry;
  /// What the params are made of, once for a family: in its reference's row (params_layout.h).
  const struct mote_struct* params_layout;
} mote_kernel;

/// `run` as a member of a row that can be printed for a device: the function ENTRY of the file
/// SOURCE. What it reaches must be C99 without heap, stdio and recursion, and clean under
/// -Wconversion; macros that define functions must begin with the function's type.
#define MOTE_PRINTED(SOURCE, ENTRY) .run = ENTRY, .source = SOURCE, .entry = #ENTRY

enum { MOTE_KERNEL_ALIGNMENT = 64 };
#define MOTE_NO_OVERLAP INT64_MAX
#define MOTE_KERNELS_END \
  { 0 }

/// 0 for every input.
int64_t mote_overlap_elementwise(const void* params, int32_t input);

#ifdef __cplusplus
}
#endif
