// All kernels, and which of them this machine can run.
#pragma once

#include "mote/kernels/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Row `index` of the table in the order of the build list; NULL past the end.
const mote_kernel* mote_kernel_at(int32_t index);

/// The best instruction set of this machine; `isa` itself unless it is MOTE_ISA_AUTO.
mote_isa mote_resolve_isa(mote_isa isa);
/// Whether this machine can run `isa`.
int mote_machine_has(mote_isa isa);
/// Whether a machine with `isa` runs code for `part` (every set includes itself and PORTABLE).
int mote_isa_includes(mote_isa isa, mote_isa part);
/// "avx512vnni".
const char* mote_isa_name(mote_isa isa);

#ifdef __cplusplus
}
#endif
