#include "mote/codegen/codegen.h"

#include <fmt/core.h>

#include "mote/base/error.h"
#include "mote/codegen/build_files.h"
#include "mote/codegen/names.h"
#include "mote/codegen/print_program.h"

namespace mote::codegen {
namespace {

constexpr size_t kNamedNodes = 8;

}  // namespace

void check_printable(const Program& program) {
  if (!is_device(program.isa)) {
    throw_error(ErrorKind::kInvalidArgument,
                "the program was lowered for {}, which is no instruction set of a device",
                name(program.isa));
  }
  std::string nodes;
  size_t count = 0;
  for (const Call& call : program.calls) {
    if (call.kernel != nullptr) continue;
    if (++count > kNamedNodes) continue;
    nodes += (nodes.empty() ? "" : ", ") + describe(program.graph.node(call.node));
  }
  if (count == 0) return;
  throw_error(ErrorKind::kUnsupported,
              "no kernel for devices has the types of {}{}; quantize the model to int8 (mote "
              "quantize), or keep these operators out of the network",
              nodes, count > kNamedNodes ? fmt::format(" and {} more", count - kNamedNodes) : "");
}

std::vector<GeneratedFile> generate(const Program& program, const CodegenOptions& options) {
  check_printable(program);
  CodegenOptions named = options;
  named.name = identifier(options.name);
  std::vector<GeneratedFile> files = {
      {named.name + ".h", print_header(program, named)},
      {named.name + ".c", print_source(program, named)},
      {named.name + "_kernels.h", print_kernels(program, named)},
  };
  if (!named.vectors.empty()) {
    files.push_back({named.name + "_selftest.c", print_self_test(program, named)});
  }
  files.push_back({std::string(kCMakeFile), print_cmake(named)});
  return files;
}

}  // namespace mote::codegen
