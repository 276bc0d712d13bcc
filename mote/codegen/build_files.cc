#include "mote/codegen/build_files.h"

#include <fmt/core.h>

#include "mote/codegen/names.h"
#include "mote/codegen/print_program.h"
#include "mote/codegen/print_values.h"

namespace mote::codegen {
namespace {

std::string vector_array(const Port& port, size_t vector) {
  return fmt::format("vector_{}_{}", vector, port.word);
}

// Copies one input, byte for byte.
std::string fill(const Port& port, size_t vector, const std::string& name) {
  return fmt::format("  copy((uint8_t*){0}_{1}(), (const uint8_t*){2}, sizeof {2});\n", name,
                     port.word, vector_array(port, vector));
}

std::string expect(const Port& port, size_t vector, const std::string& name) {
  return fmt::format(
      "  mismatches += compare((const uint8_t*){0}_{1}(), (const uint8_t*){2}, sizeof {2});\n",
      name, port.word, vector_array(port, vector));
}

constexpr std::string_view kHelpers = R"(
static void copy(uint8_t* to, const uint8_t* from, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) to[i] = from[i];
}

static int32_t compare(const uint8_t* actual, const uint8_t* expected, size_t bytes) {
  int32_t mismatches = 0;
  for (size_t i = 0; i < bytes; ++i) mismatches += actual[i] != expected[i];
  return mismatches;
}

)";

}  // namespace

std::string print_self_test(const Program& program, const CodegenOptions& options) {
  const std::string& name = options.name;
  const std::vector<Port> ports = ports_of(program);
  std::string text = fmt::format(
      "/* Runs {0} on vectors whose results the host computed. With {1}_SELFTEST_MAIN defined it "
      "is a\n"
      " * program of its own, whose exit status is 0 when every byte is right. */\n"
      "#include <stddef.h>\n\n#include \"{0}.h\"\n",
      name, upper(name));
  std::string body;
  for (size_t v = 0; v < options.vectors.size(); ++v) {
    for (const Port& port : ports) {
      const auto index = static_cast<size_t>(port.index);
      const Tensor& tensor =
          port.is_input ? options.vectors[v].inputs[index] : options.vectors[v].outputs[index];
      text += "\n" + print_array({vector_array(port, v)}, tensor.dtype(),
                                 {tensor.bytes(), tensor.size_bytes()});
    }
    for (const Port& port : ports) {
      if (port.is_input) body += fill(port, v, name);
    }
    body += fmt::format("  {}_invoke();\n", name);
    for (const Port& port : ports) {
      if (!port.is_input) body += expect(port, v, name);
    }
  }
  text += kHelpers;
  text += fmt::format(
      "int32_t {0}_selftest(void) {{\n  int32_t mismatches = 0;\n  {0}_init();\n{1}  return "
      "mismatches;\n}}\n",
      name, body);
  text += fmt::format(
      "\n#ifdef {0}_SELFTEST_MAIN\nint main(void) {{ return {1}_selftest() == 0 ? 0 : 1; "
      "}}\n#endif\n",
      upper(name), name);
  return text;
}

std::string print_cmake(const CodegenOptions& options) {
  const std::string& name = options.name;
  std::string text = fmt::format(
      "# The network {0} as a library, for any toolchain file.\n"
      "cmake_minimum_required(VERSION 3.16)\n"
      "project({0} C)\n"
      "add_library({0} STATIC {0}.c)\n"
      "target_include_directories({0} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})\n"
      "set_target_properties({0} PROPERTIES C_STANDARD 99)\n"
      "# Accumulators wrap as the processor's do; kernels are worth optimizing whatever the build "
      "type.\n"
      "target_compile_options({0} PRIVATE {1})\n",
      name, kCompileOptions);
  if (!options.vectors.empty()) {
    text += fmt::format(
        "enable_testing()\n"
        "add_executable({0}_selftest {0}_selftest.c)\n"
        "target_compile_definitions({0}_selftest PRIVATE {1}_SELFTEST_MAIN)\n"
        "target_link_libraries({0}_selftest PRIVATE {0})\n"
        "add_test(NAME {0}_selftest COMMAND {0}_selftest)\n",
        name, upper(name));
  }
  return text;
}

}  // namespace mote::codegen
