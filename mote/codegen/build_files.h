// What comes with the C of a program: its self-test and how to build it.
#pragma once

#include <string>
#include <string_view>

#include "mote/codegen/codegen.h"

namespace mote::codegen {

/// Of the program's C. Accumulators wrap as the processor's do; kernels are worth optimizing
/// whatever the build type; sums are rounded as the host rounds them.
inline constexpr std::string_view kCompileOptions = "-O2 -fwrapv -ffp-contract=off";
inline constexpr std::string_view kCMakeFile = "CMakeLists.txt";

std::string print_self_test(const Program& program, const CodegenOptions& options);
std::string print_cmake(const CodegenOptions& options);

}  // namespace mote::codegen
