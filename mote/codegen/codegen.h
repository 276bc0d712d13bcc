// A Program as C99 that needs nothing: no heap, no stdio, no interpreter.
//
//   const Program program = lower(graph, {.isa = Isa::kMcuDsp, .plan = PlanKind::kRam});
//   for (const GeneratedFile& file : generate(program, {.name = "kws"})) write(file);
//
// The files: NAME.h (the documented interface), NAME.c (constants and calls), NAME_kernels.h (the
// kernels they use), NAME_selftest.c (vectors, where there are any) and CMakeLists.txt. The same
// program and options give the same bytes.
#pragma once

#include <string>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/lower/program.h"

namespace mote::codegen {

struct GeneratedFile {
  std::string path;  ///< below the output folder
  std::string text;
  bool operator==(const GeneratedFile&) const = default;
};

/// What a run must give: tensors of all inputs and all outputs, in the order of the program. For a
/// model with states, vectors are consecutive runs.
struct TestVector {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};

struct CodegenOptions {
  std::string name = "model";  ///< prefix of files and symbols; made an identifier
  std::string version;         ///< of mote, for the header; may be empty
  std::string source;          ///< the model's file, for the header; may be empty
  std::vector<TestVector> vectors;
  /// Flash that the code of single layers may take besides that of the kernels they share: the
  /// layers with most MACs get a copy of their kernel for which the compiler knows every parameter.
  int64_t specialize_bytes = 8192;
};

/// Throws kUnsupported naming the nodes that no printed kernel can do; kInvalidArgument when the
/// program was not lowered for a device.
void check_printable(const Program& program);

/// Throws what check_printable throws.
std::vector<GeneratedFile> generate(const Program& program, const CodegenOptions& options);

}  // namespace mote::codegen
