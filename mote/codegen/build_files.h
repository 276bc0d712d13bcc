// What comes with the C of a program: its self-test and how to build it.
#pragma once

#include <string>

#include "mote/codegen/codegen.h"

namespace mote::codegen {

std::string print_self_test(const Program& program, const CodegenOptions& options);
std::string print_cmake(const CodegenOptions& options);

}  // namespace mote::codegen
