#include "mote/codegen/print_program.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "mote/base/error.h"
#include "mote/codegen/c_tokens.h"
#include "mote/codegen/kernel_text.h"
#include "mote/codegen/names.h"
#include "mote/codegen/print_params.h"
#include "mote/codegen/print_values.h"
#include "mote/kernels/kernel_table.h"

namespace mote::codegen {
namespace {

// The kernels a program uses, each once, in the order of their first call.
std::vector<const mote_kernel*> kernels_of(const Program& program) {
  std::vector<const mote_kernel*> kernels;
  for (const Call& call : program.calls) {
    if (std::ranges::find(kernels, call.kernel) == kernels.end()) kernels.push_back(call.kernel);
  }
  return kernels;
}

const mote_struct& layout_of(const mote_kernel& kernel) {
  const mote_kernel* row = nullptr;
  for (int32_t i = 0; (row = mote_kernel_at(i)) != nullptr; ++i) {
    if (std::string_view(row->family) == kernel.family && row->params_layout != nullptr) {
      return *row->params_layout;
    }
  }
  throw_error(ErrorKind::kInternal, "the family {} has no params_layout", kernel.family);
}

bool reads_packed_constants(const mote_kernel& kernel) {
  return kernel.pack != nullptr && kernel.packs_params == 0;
}

std::string type_text(const TensorType& type) {
  std::string text(c_type(type.dtype));
  text += '[';
  for (int i = 0; i < type.shape.rank(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ",", type.shape[i]);
  }
  return text + ']';
}

// What a copy of a kernel with constant parameters takes on Cortex-M4 at -O2: 280 to 600 bytes for
// the convolutions of the MLPerf Tiny networks.
constexpr int64_t kSpecializedLayerBytes = 512;
// Below, the shared kernel is as good.
constexpr int64_t kFewMacs = 1000;

// The calls with most MACs, as many as fit.
std::set<size_t> specialized_calls(const Program& program, int64_t bytes) {
  std::vector<std::pair<int64_t, size_t>> by_macs;
  for (size_t i = 0; i < program.calls.size(); ++i) {
    const Node& node = program.graph.node(program.calls[i].node);
    const int64_t macs = node.op->cost == nullptr ? 0 : node.op->cost(program.graph, node).macs;
    if (macs >= kFewMacs) by_macs.emplace_back(-macs, i);
  }
  std::ranges::sort(by_macs);
  std::set<size_t> chosen;
  for (const auto& [macs, i] : by_macs) {
    if (static_cast<int64_t>(chosen.size() + 1) * kSpecializedLayerBytes > bytes) break;
    chosen.insert(i);
  }
  return chosen;
}

class SourcePrinter {
 public:
  SourcePrinter(const Program& program, const CodegenOptions& options)
      : program_(program),
        name_(options.name),
        prefix_(upper(options.name)),
        specialized_(specialized_calls(program, options.specialize_bytes)) {
    const std::vector<const mote_kernel*> kernels = kernels_of(program);
    KernelText text = kernel_text(kernels);
    for (size_t i = 0; i < kernels.size(); ++i) functions_[kernels[i]] = text.functions[i];
    kernels_code_ = std::move(text.code);
  }

  std::string run() {
    std::string text = preamble();
    std::string layers;
    for (size_t i = 0; i < program_.calls.size(); ++i) layers += layer(i);
    return text + constants_ + states() + layers + interface();
  }

 private:
  std::string preamble() const {
    return fmt::format(
        "#include \"{0}.h\"\n\n#include \"{0}_kernels.h\"\n\n"
        "/* Attributes of the weights and of the arena, such as the section of a linker script:\n"
        " * -D'{1}_ARENA_ATTRIBUTES=__attribute__((section(\".dtcm\")))' */\n"
        "#ifndef {1}_WEIGHTS_ATTRIBUTES\n#define {1}_WEIGHTS_ATTRIBUTES\n#endif\n"
        "#define WEIGHTS MOTE_ALIGNED(MOTE_BUFFER_ALIGNMENT) {1}_WEIGHTS_ATTRIBUTES\n"
        "#ifndef {1}_ARENA_ATTRIBUTES\n#define {1}_ARENA_ATTRIBUTES\n#endif\n\n"
        "static MOTE_ALIGNED(MOTE_BUFFER_ALIGNMENT) uint8_t {0}_arena[{2}] "
        "{1}_ARENA_ATTRIBUTES;\nMOTE_CHECK_ALIGNED({0}_arena);\n\n",
        name_, prefix_, std::max<int64_t>(program_.arena_bytes, 1));
  }

  static std::string attributes() { return "WEIGHTS"; }

  // The address of a buffer as a C expression.
  std::string address(int32_t index) {
    if (index == Call::kAbsent) return "0";
    const Buffer& buffer = program_.buffers[static_cast<size_t>(index)];
    switch (buffer.place) {
      case Buffer::Place::kArena:
        return fmt::format("{}_arena + {}", name_, buffer.offset);
      case Buffer::Place::kState:
        return fmt::format("{}_state + {}", name_, buffer.offset);
      case Buffer::Place::kConstant:
        return constant(index, buffer);
    }
    return {};
  }

  // Constants that kernels read as they are, printed at their first use.
  std::string constant(int32_t index, const Buffer& buffer) {
    const std::string array = fmt::format("constant_{}", index);
    if (!printed_.contains(index)) {
      printed_.insert(index);
      const Value& value = program_.graph.value(buffer.value);
      constants_ +=
          fmt::format("/* \"{}\": {} */\n", comment_text(value.name), type_text(value.type));
      if (buffer.constant->size_bytes() == 0) {
        constants_ += fmt::format("static const uint8_t {}[1] = {{0}};\n\n", array);
      } else {
        constants_ += print_array({array, attributes()}, value.type.dtype,
                                  {buffer.constant->bytes(), buffer.constant->size_bytes()}) +
                      "\n";
      }
    }
    return array;
  }

  // "int8_t[1,8,8,3], int8_t[16,3,3,3] -> int8_t[1,8,8,16]".
  std::string operands_text(const Call& call) const {
    const Node& node = program_.graph.node(call.node);
    std::string text;
    for (const ValueId input : node.inputs) {
      if (!input.valid()) continue;
      text += (text.empty() ? "" : ", ") + type_text(program_.graph.value(input).type);
    }
    text += " ->";
    for (const ValueId output : node.outputs) {
      text += " " + type_text(program_.graph.value(output).type);
    }
    return text;
  }

  std::string pointers(std::string_view type, std::string_view word,
                       const std::vector<std::string>& addresses) const {
    std::string list;
    for (const std::string& address : addresses) {
      list += (list.empty() ? "" : ", ") + address;
    }
    return fmt::format("  static {} const {}[] = {{{}}};\n", type, word,
                       addresses.empty() ? "0" : list);
  }

  std::string layer(size_t i) {
    const Call& call = program_.calls[i];
    const Node& node = program_.graph.node(call.node);
    const std::string stem = fmt::format("layer_{}", i);
    std::string text =
        fmt::format("/* Layer {}: {} \"{}\"\n * {}\n * kernel {} */\n", i, node.op->name,
                    comment_text(node.name), operands_text(call), call.kernel->name);
    const std::string params = add_params(call, stem, text);
    const std::string packed = add_packed(call, stem, text);
    std::vector<std::string> inputs;
    for (size_t k = 0; k < call.inputs.size(); ++k) {
      const bool in_packed = k > 0 && reads_packed_constants(*call.kernel);
      inputs.push_back(in_packed ? "0" : address(call.inputs[k]));
    }
    std::vector<std::string> outputs;
    for (const int32_t output : call.outputs) outputs.push_back(address(output));
    const std::string scratch =
        call.scratch_bytes == 0 ? "0" : fmt::format("{}_arena + {}", name_, call.scratch_offset);
    text += fmt::format("static MOTE_NOINLINE {}void {}_{}(void) {{\n",
                        specialized_.contains(i) ? "MOTE_SPECIALIZED " : "", name_, stem);
    text += pointers("const void*", "inputs", inputs) + pointers("void*", "outputs", outputs);
    text += fmt::format(
        "  static const mote_kernel_args args = {{{}, {}, inputs, outputs, {}, 0, {}}};\n"
        "  {}(&args);\n}}\n\n",
        params, packed, scratch, call.units, functions_.at(call.kernel));
    return text;
  }

  // The address of the call's params; "0" where no kernel reads them, but what it packed of them.
  // What an earlier call has printed is not printed again: patches of one layer share most.
  std::string add_params(const Call& call, const std::string& stem, std::string& text) {
    const mote_struct& layout = layout_of(*call.kernel);
    if (kernels_code_.find(layout.name) == std::string::npos) return "0";
    const auto reads = [&](std::string_view member) {
      return kernels_code_.find(fmt::format("->{}", member)) != std::string::npos ||
             kernels_code_.find(fmt::format(".{}", member)) != std::string::npos;
    };
    const auto print = [&](const std::string& name) {
      return print_params(layout, call.params.get(), name, {attributes(), reads});
    };
    const ParamsText content = print("params");
    const std::string own = stem + "_params";
    const auto [object, is_new] = params_.try_emplace(content.arrays + content.object, own);
    if (!is_new) return "&" + object->second;
    const auto [arrays, are_new] = param_arrays_.try_emplace(content.arrays, own);
    ParamsText params = print(arrays->second);
    if (are_new) text += params.arrays;
    params.object.replace(params.object.find(arrays->second), arrays->second.size(), own);
    text += params.object;
    return "&" + own;
  }

  std::string add_packed(const Call& call, const std::string& stem, std::string& text) {
    if (call.packed == nullptr || call.packed->size_bytes() == 0) return "0";
    const auto [known, is_new] = packed_.try_emplace(call.packed.get(), stem + "_packed");
    if (is_new) {
      text += print_array({known->second, attributes()}, DataType::kI8,
                          {call.packed->data(), call.packed->size_bytes()});
    }
    return known->second;
  }

  // The segment that survives from run to run, and its initial content where that is not zero.
  std::string states() const {
    if (program_.state_bytes == 0) return {};
    std::string text =
        fmt::format("static MOTE_ALIGNED(MOTE_BUFFER_ALIGNMENT) uint8_t {}_state[{}];\n\n", name_,
                    program_.state_bytes);
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      if (!has_content(program_.buffers[i])) continue;
      const Buffer& buffer = program_.buffers[i];
      text += print_array({fmt::format("{}_initial_{}", name_, i), attributes()}, DataType::kU8,
                          {buffer.constant->bytes(), buffer.constant->size_bytes()});
    }
    return text;
  }

  static bool has_content(const Buffer& buffer) {
    if (buffer.place != Buffer::Place::kState) return false;
    const std::byte* bytes = buffer.constant->bytes();
    return std::any_of(bytes, bytes + buffer.constant->size_bytes(),
                       [](std::byte b) { return b != std::byte{0}; });
  }

  std::string init_function() const {
    std::string text = fmt::format("void {}_init(void) {{\n", name_);
    if (program_.state_bytes > 0) {
      text += fmt::format("  for (uint32_t i = 0; i < sizeof {0}_state; ++i) {0}_state[i] = 0;\n",
                          name_);
    }
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      if (!has_content(program_.buffers[i])) continue;
      text += fmt::format(
          "  for (uint32_t i = 0; i < sizeof {0}_initial_{1}; ++i) {{\n"
          "    {0}_state[{2} + i] = {0}_initial_{1}[i];\n  }}\n",
          name_, i, program_.buffers[i].offset);
    }
    return text + "}\n\n";
  }

  std::string port_functions() {
    std::string text;
    for (const Port& port : ports_of(program_)) {
      const std::string type =
          fmt::format("{}{}*", port.is_input ? "" : "const ", c_type(port.type.dtype));
      text += fmt::format("{0} {1}_{2}(void) {{ return ({0})(void*)({3}); }}\n", type, name_,
                          port.word, mutable_address(port.buffer));
    }
    for (const bool input : {true, false}) {
      text += fmt::format("\n{}void* {}_{}(int32_t index) {{\n", input ? "" : "const ", name_,
                          input ? "input" : "output");
      for (const Port& port : ports_of(program_)) {
        if (port.is_input != input) continue;
        text += fmt::format("  if (index == {}) return {}_{}();\n", port.index, name_, port.word);
      }
      text += "  return 0;\n}\n";
    }
    return text + "\n";
  }

  // An output may be a constant of the model; its accessor must not cast the const away.
  std::string mutable_address(int32_t buffer) {
    const bool constant =
        program_.buffers[static_cast<size_t>(buffer)].place == Buffer::Place::kConstant;
    return constant ? "(uintptr_t)" + address(buffer) : address(buffer);
  }

  std::string interface() {
    std::string functions = port_functions();  // may print constants
    std::string text = init_function() + functions;
    text += fmt::format("static void (*const {}_layers[])(void) = {{\n", name_);
    WrappedList list;
    for (size_t i = 0; i < program_.calls.size(); ++i) {
      list.add(fmt::format("{}_layer_{}", name_, i));
    }
    if (program_.calls.empty()) list.add("0");
    text += list.text() + "\n};\n\n";
    text += fmt::format(
        "void {0}_invoke_layer(int32_t layer) {{\n"
        "  if (layer >= 0 && layer < {1}_LAYERS) {0}_layers[layer]();\n}}\n\n"
        "void {0}_invoke(void) {{\n"
        "  for (int32_t i = 0; i < {1}_LAYERS; ++i) {0}_layers[i]();\n}}\n",
        name_, prefix_);
    return text;
  }

  const Program& program_;
  std::string name_;
  std::string prefix_;
  std::map<const mote_kernel*, std::string> functions_;
  std::string kernels_code_;
  std::set<size_t> specialized_;
  std::set<int32_t> printed_;
  std::map<std::string, std::string> params_;        // by text, but for the name
  std::map<std::string, std::string> param_arrays_;  // the same, of what they point to
  std::map<const AlignedBuffer*, std::string> packed_;
  std::string constants_;
};

// What a file of kernels needs of the compiler.
constexpr std::string_view kKernelsPreamble = R"(#include <stddef.h>
#include <stdint.h>

#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <string.h>
#else
void* memcpy(void* to, const void* from, size_t count);
void* memmove(void* to, const void* from, size_t count);
void* memset(void* to, int byte, size_t count);
#endif

#define MOTE_BUFFER_ALIGNMENT 16
#if defined(__GNUC__)
#define MOTE_ALIGNED(bytes) __attribute__((aligned(bytes)))
#define MOTE_CHECK_ALIGNED(array) \
  typedef char array##_is_aligned[__alignof__(array) >= MOTE_BUFFER_ALIGNMENT ? 1 : -1]
#define MOTE_NOINLINE __attribute__((noinline))
/* All calls are inlined, so that every parameter is a constant in the kernel. */
#define MOTE_SPECIALIZED __attribute__((flatten))
#else
#if !defined(MOTE_ALIGNED) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define MOTE_ALIGNED(bytes) _Alignas(bytes)
#elif !defined(MOTE_ALIGNED)
#error "define MOTE_ALIGNED(bytes) as what makes this compiler align a variable"
#endif
#define MOTE_CHECK_ALIGNED(array) typedef char array##_is_aligned[1]
#define MOTE_NOINLINE
#define MOTE_SPECIALIZED
#endif

)";

// Functions of math.h that kernels call; those of string.h are declared above.
constexpr std::array<std::string_view, 16> kMathFunctions = {
    "exp",  "expf", "fabs",  "fabsf",  "floorf", "fmaxf", "fminf", "log",
    "logf", "powf", "round", "roundf", "sinf",   "sqrt",  "sqrtf", "tanhf"};

bool calls_math(std::string_view code) {
  Token before;
  for (Token token = next_token(code); !token.text.empty(); token = next_token(code)) {
    if (token.is("(") && std::ranges::find(kMathFunctions, before.text) != kMathFunctions.end()) {
      return true;
    }
    before = token;
  }
  return false;
}

}  // namespace

std::vector<Port> ports_of(const Program& program) {
  std::vector<Port> ports;
  for (const bool input : {true, false}) {
    const std::vector<int32_t>& buffers = input ? program.inputs : program.outputs;
    for (size_t i = 0; i < buffers.size(); ++i) {
      const Value& value =
          program.graph.value(program.buffers[static_cast<size_t>(buffers[i])].value);
      ports.push_back({fmt::format("{}_{}", input ? "input" : "output", i), value.name, value.type,
                       buffers[i], input, static_cast<int>(i)});
    }
  }
  return ports;
}

std::string print_source(const Program& program, const CodegenOptions& options) {
  return SourcePrinter(program, options).run();
}

std::string print_kernels(const Program& program, const CodegenOptions& options) {
  const std::string code = kernel_text(kernels_of(program)).code;
  const std::string guard = upper(options.name) + "_KERNELS_H";
  const std::string includes = calls_math(code) ? "#include <math.h>\n" : "";
  return fmt::format(
      "/* The kernels of {0}, from mote's library: only what {0}.c uses. */\n#ifndef {1}\n#define "
      "{1}\n\n{2}{3}{4}{5}#endif /* {1} */\n",
      options.name, guard, includes, kKernelsPreamble,
      program.numerics == Numerics::kOnnx ? "" : "#define MOTE_WITHOUT_ROUND_FLOAT\n\n", code);
}

}  // namespace mote::codegen
