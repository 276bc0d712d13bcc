// Comparisons, logic, and bits: operators of two broadcast operands with a bool or integer result.
#include <functional>

#include "mote/ops/define.h"
#include "mote/ops/elementwise.h"
#include "mote/ops/facets.h"
#include "mote/ops/quantized_elementwise.h"

namespace mote::ops {
namespace {

void infer_compare(InferContext& context) {
  context.expect_inputs(2, 2);
  expect_same_type(context, 0, 1);
  context.add_output(DataType::kBool, broadcast(context.shape(0), context.shape(1)));
}

void infer_logical(InferContext& context) {
  context.expect_inputs(2, 2);
  infer_broadcast(context);
  if (context.dtype(0) != DataType::kBool) {
    context.fail("inputs are {}, expected bool", name(context.dtype(0)));
  }
}

void infer_bits(InferContext& context) {
  context.expect_inputs(2, 2);
  infer_broadcast(context);
  if (!is_integer(context.dtype(0))) {
    context.fail("inputs are {}, expected integers", name(context.dtype(0)));
  }
}

template <class F>
constexpr QuantizedCompare quantized_kind() {
  if constexpr (std::is_same_v<F, std::equal_to<>>)
    return QuantizedCompare::kEqual;
  else if constexpr (std::is_same_v<F, std::not_equal_to<>>)
    return QuantizedCompare::kNotEqual;
  else if constexpr (std::is_same_v<F, std::less<>>)
    return QuantizedCompare::kLess;
  else if constexpr (std::is_same_v<F, std::less_equal<>>)
    return QuantizedCompare::kLessEqual;
  else if constexpr (std::is_same_v<F, std::greater<>>)
    return QuantizedCompare::kGreater;
  else
    return QuantizedCompare::kGreaterEqual;
}

template <class F>
struct QuantizedRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    return is_quantized(context) ? compare_request(context, quantized_kind<F>()) : std::nullopt;
  }
};

template <class F>
void reference_compare(const EvalContext& context) {
  if (is_quantized(context)) return run_reference<QuantizedRequest<F>>(context);
  with_any(context.input_type(0).dtype, [&]<class T>() { map_binary<T, bool>(context, F{}); });
}

template <class F>
void reference_logical(const EvalContext& context) {
  map_binary<bool, bool>(context, F{});
}

// Shifts by the width or more give 0, as in ONNX BitShift-11's intent for unsigned numbers.
struct ShiftLeft {
  uint64_t operator()(uint64_t a, uint64_t b) const { return b < 64 ? a << b : 0; }
};
struct ShiftRight {
  uint64_t operator()(uint64_t a, uint64_t b) const { return b < 64 ? a >> b : 0; }
};

template <class F>
void reference_bits(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  with_integer(context.input_type(0).dtype, [&]<class T>() {
    using Bits = std::make_unsigned_t<T>;
    map_binary<T, T>(context, [](T a, T b) {
      return static_cast<T>(F{}(uint64_t(static_cast<Bits>(a)), uint64_t(static_cast<Bits>(b))));
    });
  });
}

enum class Operands { kFloat, kBool, kInteger };

template <OpName kName>
std::optional<Graph> sample_quantized(Rng& rng) {
  Graph graph;
  const Shape full = sample_shape(rng);
  const ValueId a = sample_input(graph, rng, SampleKind::kI8, full);
  const ValueId b = sample_input(graph, rng, SampleKind::kI8, {full.back()});
  graph.set_outputs(graph.add_node({.op = &op(kName.view()), .inputs = {a, b}}));
  return graph;
}

template <OpName kName, Operands kOperands>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kI8 && kOperands == Operands::kFloat) return sample_quantized<kName>(rng);
  if (kind != SampleKind::kF32) return std::nullopt;
  constexpr DataType kIntegers[] = {DataType::kI32, DataType::kU8, DataType::kI64};
  const DataType dtype = kOperands == Operands::kBool      ? DataType::kBool
                         : kOperands == Operands::kInteger ? kIntegers[rng.integer(0, 2)]
                                                           : DataType::kF32;
  Graph graph;
  const Shape full = sample_shape(rng);
  const ValueId a = graph.add_input("a", {dtype, full});
  const ValueId b = graph.add_input("b", {dtype, {full.back()}});
  graph.set_outputs(graph.add_node({.op = &op(kName.view()), .inputs = {a, b}}));
  return graph;
}

// What the members of a family have in common.
OpDef shared_part(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .quant = untouched,
          .cost = no_macs};
}

struct Foreign {
  std::vector<std::string_view> tflite;
  std::vector<std::string_view> onnx;
};

template <class F, OpName kName>
void define_compare(OpSink& sink, std::string_view summary, Foreign foreign) {
  OpDef def = shared_part(kName.view(), summary);
  def.tflite_names = std::move(foreign.tflite);
  def.onnx_names = std::move(foreign.onnx);
  def.infer = infer_compare;
  def.reference = reference_compare<F>;
  def.lower = lower_by<QuantizedRequest<F>>;
  def.sample = sample<kName, Operands::kFloat>;
  sink.add(std::move(def));
}

template <class F, OpName kName>
void define_logical(OpSink& sink, std::string_view summary, Foreign foreign) {
  OpDef def = shared_part(kName.view(), summary);
  def.tflite_names = std::move(foreign.tflite);
  def.onnx_names = std::move(foreign.onnx);
  def.infer = infer_logical;
  def.reference = reference_logical<F>;
  def.sample = sample<kName, Operands::kBool>;
  sink.add(std::move(def));
}

template <class F, OpName kName>
void define_bits(OpSink& sink, std::string_view summary, Foreign foreign) {
  OpDef def = shared_part(kName.view(), summary);
  def.tflite_names = std::move(foreign.tflite);
  def.onnx_names = std::move(foreign.onnx);
  def.infer = infer_bits;
  def.reference = reference_bits<F>;
  def.sample = sample<kName, Operands::kInteger>;
  sink.add(std::move(def));
}

}  // namespace

void define_compare(OpSink& sink) {
  define_compare<std::equal_to<>, "equal">(sink, "y = a == b", {{"EQUAL"}, {"Equal"}});
  define_compare<std::not_equal_to<>, "not_equal">(sink, "y = a != b", {{"NOT_EQUAL"}, {}});
  define_compare<std::less<>, "less">(sink, "y = a < b", {{"LESS"}, {"Less"}});
  define_compare<std::less_equal<>, "less_equal">(sink, "y = a <= b",
                                                  {{"LESS_EQUAL"}, {"LessOrEqual"}});
  define_compare<std::greater<>, "greater">(sink, "y = a > b", {{"GREATER"}, {"Greater"}});
  define_compare<std::greater_equal<>, "greater_equal">(sink, "y = a >= b",
                                                        {{"GREATER_EQUAL"}, {"GreaterOrEqual"}});
  define_logical<std::logical_and<>, "logical_and">(sink, "y = a and b",
                                                    {{"LOGICAL_AND"}, {"And"}});
  define_logical<std::logical_or<>, "logical_or">(sink, "y = a or b", {{"LOGICAL_OR"}, {"Or"}});
  define_logical<std::not_equal_to<>, "logical_xor">(sink, "y = a exclusive or b", {{}, {"Xor"}});
  define_bits<std::bit_and<>, "bitwise_and">(sink, "y = a & b", {{}, {"BitwiseAnd"}});
  define_bits<std::bit_or<>, "bitwise_or">(sink, "y = a | b", {{}, {"BitwiseOr"}});
  define_bits<std::bit_xor<>, "bitwise_xor">(sink, "y = a ^ b, bit by bit",
                                             {{"BITWISE_XOR"}, {"BitwiseXor"}});
  define_bits<ShiftLeft, "shift_left">(sink, "y = a * 2^b on the unsigned bits; 0 past the width",
                                       {{}, {"BitShift"}});
  define_bits<ShiftRight, "shift_right">(sink, "y = a / 2^b on the unsigned bits; 0 past the width",
                                         {{}, {"BitShift"}});
}

}  // namespace mote::ops
