#include "mote/formats/onnx/integer_form.h"

#include <algorithm>
#include <cmath>

#include "mote/ops/evaluate.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::onnx {
namespace {

// Scales of a bias come from a product that somebody rounded to float.
constexpr double kBiasScaleTolerance = 1e-5;

class Builder {
 public:
  Builder(Graph& graph, const Node& node, const TensorType& result, const QuantRule& rule)
      : graph_(graph), node_(node), result_(result), rule_(rule) {}

  std::optional<IntegerForm> build() {
    choose_record();
    if (!fits()) return std::nullopt;
    IntegerForm form{.record = record_};
    for (size_t i = 0; i < node_.inputs.size(); ++i) form.inputs.push_back(operand(i, form));
    return form;
  }

 private:
  QuantRule::Role role(size_t i) const {
    return node_.has_input(i) ? rule_.inputs[i].role : QuantRule::Role::kUntouched;
  }

  ValueId integers(size_t i) const { return integers_of(graph_, node_.inputs[i]); }

  // The result's own record, unless the rule fixes another one, or the only operand that shares the
  // result's has another one: then the operator keeps that.
  void choose_record() {
    record_ = *result_.quantization;
    if (rule_.output == QuantRule::Output::kFixed) {
      record_ = result_.dtype == DataType::kI16 ? rule_.fixed_i16 : rule_.fixed_i8;
    }
    std::vector<size_t> shared;
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      if (role(i) == QuantRule::Role::kShared) shared.push_back(i);
    }
    if (shared.size() != 1 || !is_activation(integers(shared[0]))) return;
    record_ = *graph_.value(integers(shared[0])).type.quantization;
  }

  bool fits() const {
    if (record_.scales.empty()) return false;
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      if (!fits(i)) return false;
    }
    return true;
  }

  bool fits(size_t i) const {
    switch (role(i)) {
      case QuantRule::Role::kShared:
      case QuantRule::Role::kActivation:
        return is_activation(integers(i));
      case QuantRule::Role::kWeight:
        return is_weight(integers(i), rule_.inputs[i].channel_axis);
      case QuantRule::Role::kBias:
        return is_bias(i);
      case QuantRule::Role::kUntouched:
        return true;
      case QuantRule::Role::kState:
        return false;
    }
    return false;
  }

  bool is_activation(ValueId id) const {
    if (!id.valid()) return false;
    const TensorType& type = graph_.value(id).type;
    return type.dtype == result_.dtype && type.quantization->is_per_tensor();
  }

  bool is_weight(ValueId id, int channel_axis) const {
    if (!id.valid()) return false;
    const Value& value = graph_.value(id);
    if (value.kind != ValueKind::kConstant || value.type.dtype != DataType::kI8) return false;
    const Quantization& record = *value.type.quantization;
    return (record.is_per_tensor() || record.axis == channel_axis) && is_symmetric(record);
  }

  static bool is_symmetric(const Quantization& record) {
    return std::all_of(record.zero_points.begin(), record.zero_points.end(),
                       [](int32_t zero) { return zero == 0; });
  }

  // Input 0 and the weights are known to fit when this is asked: their roles come first.
  Quantization bias_record() const {
    const float x_scale = graph_.value(integers(0)).type.quantization->scale();
    Quantization record = *graph_.value(integers(1)).type.quantization;
    for (float& scale : record.scales) scale *= x_scale;
    if (!record.is_per_tensor()) record.axis = 0;
    return record;
  }

  DataType bias_type() const {
    return result_.dtype == DataType::kI16 ? DataType::kI64 : DataType::kI32;
  }

  bool is_bias(size_t i) const {
    const Value& real = graph_.value(node_.inputs[i]);
    const Quantization wanted = bias_record();
    if (real.kind == ValueKind::kConstant) {
      return real.type.dtype == DataType::kF32 && real.type.shape.rank() == 1 &&
             std::all_of(wanted.scales.begin(), wanted.scales.end(),
                         [](float scale) { return scale > 0.0f; });
    }
    const ValueId id = integers(i);
    if (!id.valid()) return false;
    const Value& value = graph_.value(id);
    if (value.kind != ValueKind::kConstant || value.type.dtype != DataType::kI32) return false;
    const Quantization& record = *value.type.quantization;
    if (record.scales.size() != wanted.scales.size() || !is_symmetric(record)) return false;
    for (size_t k = 0; k < record.scales.size(); ++k) {
      const auto expected = static_cast<double>(wanted.scales[k]);
      const auto found = static_cast<double>(record.scales[k]);
      if (std::abs(found - expected) > kBiasScaleTolerance * expected) return false;
    }
    return true;
  }

  ValueId operand(size_t i, IntegerForm& form) {
    switch (role(i)) {
      case QuantRule::Role::kShared:
        return requantized(integers(i));
      case QuantRule::Role::kBias:
        return bias(i, form);
      default:
        return role(i) == QuantRule::Role::kUntouched ? node_.inputs[i] : integers(i);
    }
  }

  ValueId requantized(ValueId id) {
    const Value value = graph_.value(id);
    if (value.type.quantization == record_) return id;
    Node node{.op = &op("quantize"), .name = value.name + "_requantize", .inputs = {id}};
    node.attributes = Attributes::of(TypeAttrs{result_.dtype});
    const ValueId y = graph_.add_node(std::move(node), {{}, {record_}})[0];
    if (value.kind != ValueKind::kConstant) return y;
    const Tensor inputs[] = {*value.constant};
    const NodeId maker = graph_.value(y).producer;
    Tensor stored = std::move(evaluate_reference(graph_, graph_.node(maker), inputs)[0]);
    graph_.remove_node(maker);
    return graph_.add_constant(value.name, std::move(stored), record_);
  }

  ValueId bias(size_t i, IntegerForm& form) {
    const Value real = graph_.value(node_.inputs[i]);
    form.rounds_bias = form.rounds_bias || real.kind == ValueKind::kConstant;
    if (real.kind == ValueKind::kConstant) return rounded_bias(real);
    const ValueId id = integers(i);
    if (bias_type() == DataType::kI32) return id;
    const Value stored = graph_.value(id);
    const Tensor wide = Tensor::of(stored.type.shape, elements_as<int64_t>(*stored.constant));
    return graph_.add_constant(stored.name, wide, bias_record());
  }

  ValueId rounded_bias(const Value& real) {
    const Quantization record = bias_record();
    const std::vector<double> values = elements_as<double>(*real.constant);
    const IntegerRange range = integer_range(DataType::kI32);
    std::vector<int64_t> steps(values.size());
    for (size_t k = 0; k < values.size(); ++k) {
      const auto scale = static_cast<double>(record.scales[record.scales.size() == 1 ? 0 : k]);
      const double step = std::nearbyint(values[k] / scale);
      steps[k] = static_cast<int64_t>(
          std::clamp(step, static_cast<double>(range.low), static_cast<double>(range.high)));
    }
    if (bias_type() == DataType::kI64) {
      return graph_.add_constant(real.name, Tensor::of(real.type.shape, steps), record);
    }
    const std::vector<int32_t> narrow(steps.begin(), steps.end());
    return graph_.add_constant(real.name, Tensor::of(real.type.shape, narrow), record);
  }

  Graph& graph_;
  const Node& node_;
  const TensorType& result_;
  const QuantRule& rule_;
  Quantization record_;
};

}  // namespace

ValueId integers_of(const Graph& graph, ValueId value) {
  if (!value.valid()) return {};
  const Value& held = graph.value(value);
  if (held.kind != ValueKind::kComputed) return {};
  const Node& producer = graph.node(held.producer);
  return is_op(producer, "dequantize") ? producer.inputs[0] : ValueId{};
}

std::optional<IntegerForm> integer_form(Graph& graph, const Node& node, const TensorType& result) {
  if (node.op->quant == nullptr) return std::nullopt;
  const bool narrow = result.dtype == DataType::kI8;
  if ((!narrow && result.dtype != DataType::kI16) || !result.quantization->is_per_tensor()) {
    return std::nullopt;
  }
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  if (!rule || rule->output == QuantRule::Output::kUntouched || !(narrow || rule->supports_i16) ||
      rule->inputs.size() < node.inputs.size()) {
    return std::nullopt;
  }
  return Builder(graph, node, result, *rule).build();
}

}  // namespace mote::onnx
