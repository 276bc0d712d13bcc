// What an operator is: a value with facets.
//
// Required facets: `infer` and `reference`. The others may be absent; whoever needs a missing one
// says so ("operator 'x' has no axis map; needed by prune_channels") and never guesses.
// Operators are defined in mote/ops, one file each; nothing in mote/ir knows one by name.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/random.h"
#include "mote/ir/axis_map.h"
#include "mote/ir/graph.h"
#include "mote/kernels/kernel.h"

namespace mote {

/// Which runtime's rounding the integer kernels reproduce (docs/numerics.md).
enum class Numerics {
  kAuto,    ///< of the model's file: kOnnx for .onnx, else kTflm; without a file kTflm
  kTflm,    ///< TensorFlow Lite Micro's reference kernels and CMSIS-NN
  kLitert,  ///< LiteRT's reference kernels
  kOnnx,    ///< ONNX Runtime's kernels on a CPU
};
std::string_view name(Numerics numerics);
constexpr std::array<Numerics, 4> enum_values(Numerics) {
  return {Numerics::kAuto, Numerics::kTflm, Numerics::kLitert, Numerics::kOnnx};
}

/// Instruction sets (mote/kernels/kernel.h). kPortable gives the same bytes on every machine.
enum class Isa {
  kAuto = MOTE_ISA_AUTO,
  kPortable = MOTE_ISA_PORTABLE,
  kSse41 = MOTE_ISA_SSE41,
  kAvx2 = MOTE_ISA_AVX2,
  kAvxVnni = MOTE_ISA_AVXVNNI,
  kAvx512 = MOTE_ISA_AVX512,
  kAvx512Vnni = MOTE_ISA_AVX512VNNI,
  kNeon = MOTE_ISA_NEON,
  kNeonDot = MOTE_ISA_NEONDOT,
  kMcu = MOTE_ISA_MCU,
  kMcuDsp = MOTE_ISA_MCU_DSP,
  kMcuMve = MOTE_ISA_MCU_MVE,
};
std::string_view name(Isa isa);
constexpr std::array<Isa, 12> enum_values(Isa) {
  return {Isa::kAuto,       Isa::kPortable, Isa::kSse41,   Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512,
          Isa::kAvx512Vnni, Isa::kNeon,     Isa::kNeonDot, Isa::kMcu,  Isa::kMcuDsp,  Isa::kMcuMve};
}
/// Whether programs for it consist of kernels that code generation can print.
constexpr bool is_device(Isa isa) { return isa >= Isa::kMcu; }

/// "node 'conv1' (conv_2d)".
std::string describe(const Node& node);

/// What `infer` sees and sets. Shapes may have a dynamic batch.
class InferContext {
 public:
  InferContext(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  const Node& node() const { return node_; }
  template <class Struct>
  const Struct& attrs() const {
    return node_.attrs<Struct>();
  }
  size_t input_count() const { return node_.inputs.size(); }
  bool has_input(size_t i) const { return node_.has_input(i); }
  /// Throws kInvalidModel when input `i` is absent.
  const TensorType& input(size_t i) const;
  const Shape& shape(size_t i) const { return input(i).shape; }
  DataType dtype(size_t i) const { return input(i).dtype; }
  /// The content of a constant input; nullptr when it is computed at run time.
  const Tensor* constant(size_t i) const;
  /// The content of an input that must be constant; throws kUnsupported otherwise.
  const Tensor& required_constant(size_t i, std::string_view what) const;

  /// Outputs are set in order. A quantization record that the output has already is kept by the
  /// caller.
  void add_output(DataType dtype, Shape shape) { outputs_.push_back({dtype, std::move(shape)}); }
  struct Output {
    DataType dtype;
    Shape shape;
  };
  const std::vector<Output>& outputs() const { return outputs_; }

  /// Throws kInvalidModel; the caller adds which node it was.
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_with(fmt::format(format, std::forward<Args>(args)...));
  }
  void expect_rank(size_t i, int rank) const;
  void expect_inputs(size_t low, size_t high) const;

 private:
  [[noreturn]] void fail_with(std::string message) const;

  const Graph& graph_;
  const Node& node_;
  std::vector<Output> outputs_;
};

/// What a kernel of an operator sees while running. Views are dense; the batch is bound.
struct EvalContext {
  struct Operand {
    const TensorType* type = nullptr;  ///< shape inside is the bound one; nullptr: absent
    std::byte* bytes = nullptr;        ///< inputs are read only, except states
  };

  const Node* node = nullptr;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  Numerics numerics = Numerics::kTflm;

  template <class Struct>
  const Struct& attrs() const {
    return node->attrs<Struct>();
  }
  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].type != nullptr; }
  ConstTensorView input(size_t i) const;
  TensorView output(size_t i) const;
  /// Input `i` as the state that it is, for writing.
  TensorView state(size_t i) const;
  const TensorType& input_type(size_t i) const { return *inputs[i].type; }
  const TensorType& output_type(size_t i) const { return *outputs[i].type; }
  /// The record of a quantized operand; throws kInvalidModel naming the node when there is none.
  const Quantization& input_quantization(size_t i) const;
  const Quantization& output_quantization(size_t i) const;
  /// Throws kUnsupported: "no reference kernel for (i8, f32)".
  [[noreturn]] void no_kernel() const;
};

/// What lowering knows of a node: its bound types and its constants.
struct LowerContext {
  const Graph* graph = nullptr;
  const Node* node = nullptr;
  Numerics numerics = Numerics::kTflm;

  const TensorType& input_type(size_t i) const;
  const TensorType& output_type(size_t i) const;
  /// nullptr when the input is absent or not constant.
  const Tensor* constant(size_t i) const;
  template <class Struct>
  const Struct& attrs() const {
    return node->attrs<Struct>();
  }
};

/// The one kernel call that a node becomes: which family, with which parameters, on which operands.
struct KernelRequest {
  std::string_view family;  ///< a static string: "conv_2d_i8"
  /// The family's params struct; the owner keeps the arrays alive that it points into.
  std::shared_ptr<const void> params;
  /// Indices of the node's inputs and outputs in the order of the family; kAbsent: none.
  std::vector<int> inputs;
  std::vector<int> outputs = {0};
  static constexpr int kAbsent = -1;
};

/// How an operator is turned into its integer form. Source: TFLite 8-bit quantization
/// specification.
struct QuantRule {
  enum class Role {
    kActivation,  ///< per-tensor asymmetric, its own scale
    kShared,      ///< per-tensor asymmetric, must have the scale and zero point of output 0
    kWeight,      ///< symmetric i8, along `channel_axis` or per tensor
    kBias,        ///< i32 (i64 beside i16 activations) at scale(input 0) * scale(weight)
    kUntouched,   ///< indices, shapes, conditions: stays as it is
    kState,       ///< kept between calls; the operator says how in its own lowering
  };
  struct Input {
    Role role = Role::kActivation;
    int channel_axis = 0;
  };
  enum class Output {
    kCalibrated,  ///< range measured or derived
    kShared,      ///< same as the kShared inputs
    kFixed,       ///< `fixed_i8` / `fixed_i16`
    kUntouched,   ///< not quantized (argmax, comparisons)
  };
  std::vector<Input> inputs;  ///< one per input of the node
  Output output = Output::kCalibrated;
  Quantization fixed_i8 = {};
  Quantization fixed_i16 = {};
  bool supports_i16 = false;
};

/// Work of one call at batch 1. A multiply and its add count as one MAC; other arithmetic as none.
struct Cost {
  int64_t macs = 0;
};

/// Which element types a generated test case uses.
enum class SampleKind { kF32, kI8, kI16, kU8, kHybrid };
std::string_view name(SampleKind kind);
constexpr std::array<SampleKind, 5> enum_values(SampleKind) {
  return {SampleKind::kF32, SampleKind::kI8, SampleKind::kI16, SampleKind::kU8,
          SampleKind::kHybrid};
}

struct OpDef {
  std::string_view name;
  /// One sentence with the formula, for the generated reference.
  std::string_view summary;
  /// Names of the same operator elsewhere, for the coverage page: TFLite builtin, ONNX op type.
  std::vector<std::string_view> tflite_names = {};
  std::vector<std::string_view> onnx_names = {};
  /// Defaults; also says which struct the operator uses.
  Attributes attributes = {};

  /// Checks inputs and adds the outputs.
  void (*infer)(InferContext&) = nullptr;
  /// Slow, obvious, the oracle. Keyed by the types it finds; `no_kernel` for the others.
  void (*reference)(const EvalContext&) = nullptr;
  /// The kernel call of a node whose types are bound; nothing where no family has these types.
  std::optional<KernelRequest> (*lower)(const LowerContext&) = nullptr;
  AxisMap (*axes)(const Graph&, const Node&) = nullptr;
  /// The attributes after every data operand's axes were permuted: new axis i is old axis
  /// permutation[i]. Nothing when the operator cannot be permuted so.
  std::optional<Attributes> (*permute)(const Graph&, const Node&,
                                       std::span<const int> permutation) = nullptr;
  std::optional<QuantRule> (*quant)(const Graph&, const Node&) = nullptr;
  Cost (*cost)(const Graph&, const Node&) = nullptr;
  /// A random one-node graph; nothing when the operator has no such kind.
  std::optional<Graph> (*sample)(Rng&, SampleKind) = nullptr;
};

/// Finds an operator by name; nullptr when there is none.
using OpLookup = const OpDef* (*)(std::string_view name);

}  // namespace mote
