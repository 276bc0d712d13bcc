// The C files of a program (codegen.h).
#pragma once

#include <string>

#include "mote/codegen/codegen.h"

namespace mote::codegen {

std::string print_header(const Program& program, const CodegenOptions& options);
std::string print_source(const Program& program, const CodegenOptions& options);
std::string print_kernels(const Program& program, const CodegenOptions& options);

/// A tensor of the interface: its buffer and how it is called.
struct Port {
  std::string word;  ///< "input_0"
  std::string name;  ///< of the value in the model
  TensorType type;
  int32_t buffer = 0;
  bool is_input = false;
  int index = 0;
};
std::vector<Port> ports_of(const Program& program);

}  // namespace mote::codegen
