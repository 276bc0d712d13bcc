#include "mote/ops/real_numbers.h"

#include <algorithm>
#include <cmath>

#include "mote/ops/dispatch.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace ops {
namespace {

// Calls body(element, entry of the record) for every element.
template <class Body>
void for_each_entry(const Quantization& record, const Shape& shape, Body body) {
  const auto elements = static_cast<size_t>(shape.elements());
  const size_t entries = record.scales.size();
  const auto inner =
      record.is_per_tensor()
          ? elements
          : static_cast<size_t>(row_major_strides(shape)[static_cast<size_t>(record.axis)]);
  for (size_t i = 0, entry = 0; i < elements; entry = (entry + 1) % entries) {
    for (const size_t end = i + inner; i < end; ++i) body(i, entry);
  }
}

template <class T>
T saturated(double value, const IntegerRange& range) {
  if (!(value > static_cast<double>(range.low))) return static_cast<T>(range.low);
  return value >= static_cast<double>(range.high) ? static_cast<T>(range.high)
                                                  : static_cast<T>(value);
}

}  // namespace

void dequantize_values(const ConstTensorView& x, const Quantization& record, const TensorView& y) {
  const auto to = y.data<float>();
  with_integer(x.dtype, [&]<class T>() {
    const auto from = x.data<T>();
    for_each_entry(record, x.shape, [&](size_t i, size_t entry) {
      const int64_t steps = static_cast<int64_t>(from[i]) - record.zero_points[entry];
      to[i] = static_cast<float>(steps) * record.scales[entry];
    });
  });
}

void quantize_values(const ConstTensorView& x, const Quantization& record, Ties ties,
                     const TensorView& y) {
  const IntegerRange range = integer_range(y.dtype);
  const auto from = x.data<float>();
  with_integer(y.dtype, [&]<class T>() {
    const auto to = y.data<T>();
    for_each_entry(record, x.shape, [&](size_t i, size_t entry) {
      const float steps = from[i] / record.scales[entry];
      const float whole = ties == Ties::kToEven ? std::nearbyint(steps) : std::round(steps);
      to[i] = saturated<T>(static_cast<double>(whole) + record.zero_points[entry], range);
    });
  });
}

}  // namespace ops

namespace {

// The operands of a node as real numbers; what has no record stays as it is.
class RealOperands {
 public:
  explicit RealOperands(const std::vector<EvalContext::Operand>& operands) {
    // Operands point to them.
    types_.reserve(operands.size());
    tensors_.reserve(operands.size());
    for (const EvalContext::Operand& operand : operands) {
      EvalContext::Operand& real = real_.emplace_back(operand);
      if (operand.type == nullptr || !operand.type->quantization) continue;
      types_.push_back({DataType::kF32, operand.type->shape});
      tensors_.emplace_back(DataType::kF32, operand.type->shape);
      real = {&types_.back(), tensors_.back().bytes()};
    }
  }
  const std::vector<EvalContext::Operand>& operands() const { return real_; }
  bool converts(size_t i, const std::vector<EvalContext::Operand>& given) const {
    return real_[i].bytes != given[i].bytes;
  }

 private:
  std::vector<TensorType> types_;
  std::vector<Tensor> tensors_;
  std::vector<EvalContext::Operand> real_;
};

void run_on_reals(const EvalContext& context) {
  const RealOperands inputs(context.inputs);
  const RealOperands outputs(context.outputs);
  EvalContext real = context;
  real.inputs = inputs.operands();
  real.outputs = outputs.operands();
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    if (!inputs.converts(i, context.inputs)) continue;
    const TensorType& type = *real.inputs[i].type;
    ops::dequantize_values(context.input(i), context.input_quantization(i),
                           {type.dtype, type.shape, real.inputs[i].bytes});
  }
  context.node->op->reference(real);
  for (size_t i = 0; i < context.outputs.size(); ++i) {
    if (!outputs.converts(i, context.outputs)) continue;
    ops::quantize_values(real.output(i), context.output_quantization(i), ops::Ties::kToEven,
                         context.output(i));
  }
}

bool is_quantized(const Graph& graph, const std::vector<ValueId>& values) {
  return std::any_of(values.begin(), values.end(), [&](ValueId id) {
    return id.valid() && graph.value(id).type.quantization.has_value();
  });
}

bool has_integer_arithmetic(const Graph& graph, const Node& node) {
  if (is_op(node, "quantize") || is_op(node, "dequantize")) return true;
  const std::optional<QuantRule> rule =
      node.op->quant == nullptr ? std::nullopt : node.op->quant(graph, node);
  if (!rule) return false;
  const size_t count = std::min(rule->inputs.size(), node.inputs.size());
  for (size_t i = 0; i < count; ++i) {
    const QuantRule::Role role = rule->inputs[i].role;
    if (role == QuantRule::Role::kWeight || role == QuantRule::Role::kState) return true;
    if (role == QuantRule::Role::kUntouched || !node.has_input(i)) continue;
    // Data that moves before its record is known: an input of the file, transposed.
    const TensorType& type = graph.value(node.inputs[i]).type;
    if (is_integer(type.dtype) && !type.quantization) return true;
  }
  return false;
}

// Operators that hand on values as they are: with one record throughout, their integers are those
// of the real numbers.
constexpr std::string_view kMoves[] = {"reshape", "transpose",     "concat",
                                       "slice",   "strided_slice", "max_pool_2d"};

bool moves_stored_values(const Graph& graph, const Node& node) {
  if (std::ranges::find(kMoves, node.op->name) == std::end(kMoves)) return false;
  const std::optional<Quantization>& record = graph.value(node.outputs[0]).type.quantization;
  return record && std::ranges::all_of(node.inputs, [&](ValueId id) {
           if (!id.valid()) return true;
           const std::optional<Quantization>& given = graph.value(id).type.quantization;
           return !given || given == record;
         });
}

}  // namespace

bool computes_on_reals(const Graph& graph, const Node& node, Numerics numerics) {
  return numerics == Numerics::kOnnx &&
         (is_quantized(graph, node.inputs) || is_quantized(graph, node.outputs)) &&
         !has_integer_arithmetic(graph, node) && !moves_stored_values(graph, node);
}

ReferenceKernel reference_kernel(const Graph& graph, const Node& node, Numerics numerics) {
  if (computes_on_reals(graph, node, numerics)) return run_on_reals;
  return node.op->reference;
}

}  // namespace mote
