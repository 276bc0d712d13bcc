// The sources of the kernels, as they were when mote was built: generated code takes its kernels
// from here, so that an installed mote needs no source tree.
#pragma once

#include <span>
#include <string_view>

namespace mote::codegen {

struct KernelSource {
  std::string_view path;  ///< below mote/kernels: "conv_2d/reference.c"
  std::string_view text;
};

/// Every .h and .c file below mote/kernels but for those that are compiled for one host processor,
/// sorted by path.
std::span<const KernelSource> kernel_sources();

}  // namespace mote::codegen
