// From the sources of all kernels to the text of those a program uses: every function, type, macro
// and table that they reach, each once, in an order in which C takes them.
//
//   const KernelText text = kernel_text({kernel});
//   text.code;       // "typedef struct mote_conv_2d_params {...", all functions static
//   text.functions;  // what to call for each kernel
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mote/kernels/kernel.h"

namespace mote::codegen {

struct KernelText {
  std::string code;
  std::vector<std::string> functions;  ///< of each kernel: void(const mote_kernel_args*)
};

/// `kernels` have a source and an entry. Throws kInternal where a source breaks the rules of
/// MOTE_PRINTED; the test of every printed row shows that none does.
KernelText kernel_text(std::span<const mote_kernel* const> kernels);

}  // namespace mote::codegen
