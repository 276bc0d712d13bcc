#include "mote/rewrite/match.h"

#include <algorithm>

#include "mote/ir/op_def.h"

namespace mote {

bool is_one_of(const Node& node, std::span<const std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), node.op->name) != ops.end();
}

bool is_one_of(const Node& node, std::initializer_list<std::string_view> ops) {
  return is_one_of(node, std::span(ops.begin(), ops.size()));
}

const Node* producer(const Graph& graph, ValueId id, std::span<const std::string_view> ops) {
  if (!id.valid()) return nullptr;
  const Value& value = graph.value(id);
  if (value.kind != ValueKind::kComputed) return nullptr;
  const Node& node = graph.node(value.producer);
  return is_one_of(node, ops) ? &node : nullptr;
}

const Node* producer(const Graph& graph, ValueId id, std::initializer_list<std::string_view> ops) {
  return producer(graph, id, std::span(ops.begin(), ops.size()));
}

const Tensor* constant(const Graph& graph, ValueId id) {
  if (!id.valid()) return nullptr;
  const Value& value = graph.value(id);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

const Tensor* constant_input(const Graph& graph, const Node& node, size_t i) {
  return node.has_input(i) ? constant(graph, node.inputs[i]) : nullptr;
}

const TensorType& type_of(const Graph& graph, ValueId id) { return graph.value(id).type; }

bool is_f32(const Graph& graph, ValueId id) {
  return id.valid() && type_of(graph, id).dtype == DataType::kF32;
}

std::optional<float> uniform_value(const Graph& graph, ValueId id) {
  const Tensor* tensor = constant(graph, id);
  if (tensor == nullptr || tensor->dtype() != DataType::kF32 || tensor->elements() == 0) {
    return std::nullopt;
  }
  const auto values = tensor->data<float>();
  const bool alike =
      std::all_of(values.begin(), values.end(), [&](float v) { return v == values[0]; });
  return alike ? std::optional(values[0]) : std::nullopt;
}

std::optional<std::vector<float>> per_last_axis(const Tensor& tensor, const Shape& full) {
  if (tensor.dtype() != DataType::kF32 || full.rank() == 0) return std::nullopt;
  const auto values = tensor.data<float>();
  const auto channels = static_cast<size_t>(full.back());
  if (values.size() == 1) return std::vector<float>(channels, values[0]);
  if (tensor.shape().rank() > full.rank() || tensor.shape().rank() == 0 ||
      values.size() != channels || tensor.shape().back() != full.back()) {
    return std::nullopt;
  }
  return std::vector<float>(values.begin(), values.end());
}

std::span<const std::string_view> layers_with_weights() {
  static constexpr std::string_view kOps[] = {"conv_2d", "depthwise_conv_2d", "transpose_conv_2d",
                                              "fully_connected"};
  return kOps;
}

std::optional<Activation> fused_activation(const Node& node) {
  for (const NamedAttr& attribute : node.attributes.list()) {
    if (attribute.name != "activation") continue;
    for (const Activation candidate : enum_values(Activation{})) {
      if (attribute.value == AttrValue(std::string(name(candidate)))) return candidate;
    }
  }
  return std::nullopt;
}

Attributes with_activation(const Node& node, Activation activation) {
  return node.attributes.with("activation", std::string(name(activation)));
}

ValueId replacement_constant(Graph& edited, ValueId old_value, Tensor tensor,
                             std::optional<Quantization> quantization) {
  const ValueId made =
      edited.add_constant(edited.value(old_value).name, std::move(tensor), std::move(quantization));
  edited.swap_names(old_value, made);
  return made;
}

void take_place(Graph& edited, ValueId old_value, ValueId new_value) {
  // replace_uses already hands on the name of a graph output.
  if (!edited.is_output(old_value) && !edited.is_output(new_value)) {
    edited.swap_names(old_value, new_value);
  }
  edited.replace_uses(old_value, new_value);
}

}  // namespace mote
