#include <fmt/core.h>

#include "mote/codegen/names.h"
#include "mote/codegen/print_program.h"

namespace mote::codegen {
namespace {

// "int8[1,49,10,1], real = 0.5 * (stored - -3)".
std::string meaning(const TensorType& type) {
  std::string text = fmt::format("{}[", c_type(type.dtype));
  for (int i = 0; i < type.shape.rank(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ",", type.shape[i]);
  }
  text += "]";
  if (type.quantization && type.quantization->is_per_tensor()) {
    text += fmt::format(", real = {} * (stored - {})", type.quantization->scale(),
                        type.quantization->zero_point());
  }
  return text;
}

std::string port_macros(const Port& port, std::string_view prefix) {
  const std::string stem = fmt::format("#define {}_{}_", prefix, upper(port.word));
  const int64_t elements = port.type.shape.elements();
  std::string text = fmt::format("{}ELEMENTS {}\n", stem, elements);
  text += fmt::format("{}BYTES {}\n", stem,
                      elements * static_cast<int64_t>(size_bytes(port.type.dtype)));
  if (port.type.quantization && port.type.quantization->is_per_tensor()) {
    text += fmt::format("{}SCALE {}\n", stem, literal(port.type.quantization->scale()));
    text += fmt::format("{}ZERO_POINT ({})\n", stem,
                        literal(static_cast<int64_t>(port.type.quantization->zero_point())));
  }
  return text;
}

std::string port_function(const Port& port, std::string_view name) {
  return fmt::format("/* \"{}\": {} */\n{}{}* {}_{}(void);\n", comment_text(port.name),
                     meaning(port.type), port.is_input ? "" : "const ", c_type(port.type.dtype),
                     name, port.word);
}

std::string introduction(const std::vector<Port>& ports, const CodegenOptions& options) {
  const std::string& name = options.name;
  std::string text =
      fmt::format("/* {}{}{}: a network as C. Made by mote{}; do not edit.\n *\n", name,
                  options.source.empty() ? "" : " of ", comment_text(options.source),
                  options.version.empty() ? "" : " " + options.version);
  text += fmt::format(" *   {}_init();\n", name);
  for (const Port& port : ports) {
    if (port.is_input) {
      text += fmt::format(" *   fill {}_{}(), {} elements\n", name, port.word,
                          port.type.shape.elements());
    }
  }
  text += fmt::format(" *   {}_invoke();\n", name);
  for (const Port& port : ports) {
    if (!port.is_input) {
      text += fmt::format(" *   read {}_{}(), {} elements\n", name, port.word,
                          port.type.shape.elements());
    }
  }
  text +=
      " *\n"
      " * Inputs and outputs lie in the arena, where other values take their place while the "
      "network\n"
      " * runs: write every input before each run, and read the outputs before the next. Nothing "
      "here\n"
      " * is safe to call from two threads at once. There is no heap, and no state but the arena "
      "and\n"
      " * what the network itself remembers.\n"
      " */\n";
  return text;
}

}  // namespace

std::string print_header(const Program& program, const CodegenOptions& options) {
  const std::vector<Port> ports = ports_of(program);
  const std::string& name = options.name;
  const std::string prefix = upper(name);
  std::string text = introduction(ports, options);
  text += fmt::format("#ifndef {0}_H\n#define {0}_H\n\n#include <stdint.h>\n\n", prefix);
  text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += fmt::format("#define {}_VERSION \"{}\"\n", prefix, options.version);
  text += fmt::format("#define {}_ARENA_BYTES {} /* RAM for values and scratch */\n", prefix,
                      program.arena_bytes);
  text += fmt::format("#define {}_STATE_BYTES {} /* RAM for what is kept from run to run */\n",
                      prefix, program.state_bytes);
  text += fmt::format("#define {}_LAYERS {}\n", prefix, program.calls.size());
  text += fmt::format("#define {}_INPUTS {}\n#define {}_OUTPUTS {}\n\n", prefix,
                      program.inputs.size(), prefix, program.outputs.size());
  for (const Port& port : ports) text += port_macros(port, prefix) + "\n";
  text += fmt::format(
      "/* Sets the states to their initial content. Call it once before the first run, and to "
      "start\n * a new sequence. */\nvoid {}_init(void);\n\n",
      name);
  for (const Port& port : ports) text += port_function(port, name) + "\n";
  text += fmt::format(
      "/* The same by number; NULL when there is none of that number. */\nvoid* {0}_input(int32_t "
      "index);\nconst void* {0}_output(int32_t index);\n\n",
      name);
  text += fmt::format("void {}_invoke(void);\n\n", name);
  text += fmt::format(
      "/* One layer, for cooperative schedulers: call it for 0 to {}_LAYERS - 1 in this order. "
      "Other\n * numbers do nothing. */\nvoid {}_invoke_layer(int32_t layer);\n\n",
      prefix, name);
  if (!options.vectors.empty()) {
    text += fmt::format(
        "/* How many bytes of the outputs differ from what the host computed on {} vectors; 0: all "
        "is\n * well. In {}_selftest.c. */\nint32_t {}_selftest(void);\n\n",
        options.vectors.size(), name, name);
  }
  text += fmt::format("#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {}_H */\n", prefix);
  return text;
}

}  // namespace mote::codegen
