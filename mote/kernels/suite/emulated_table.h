// The kernels of every instruction set, emulated by SIMDe (https://github.com/simd-everywhere), so
// that they run on any machine. For tests.
#pragma once

#include "mote/kernels/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Row `index`; NULL past the end, and always where SIMDe was absent from the build.
const mote_kernel* mote_emulated_kernel_at(int32_t index);

#ifdef __cplusplus
}
#endif
