#include "mote/base/half.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

// Tensors below this stay float: their bytes do not matter, their precision might.
// Source: TFLite converter, which leaves weights of fewer than 1024 elements.
constexpr int64_t kSmallestTensor = 1024;

// The input of `node` that is a weight, by the operator's own rule, with its channel axis.
std::optional<std::pair<size_t, int>> weight_input(const Graph& graph, const Node& node) {
  if (node.op->quant == nullptr) return std::nullopt;
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  if (!rule) return std::nullopt;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (rule->inputs[i].role != QuantRule::Role::kWeight || !node.has_input(i)) continue;
    const Value& value = graph.value(node.inputs[i]);
    if (value.kind != ValueKind::kConstant || value.type.dtype != DataType::kF32) continue;
    return std::pair(i, rule->inputs[i].channel_axis);
  }
  return std::nullopt;
}

ValueId half_weights(Graph& graph, const Value& weights) {
  const std::string name = weights.name;
  Tensor stored(DataType::kF16, weights.type.shape);
  const auto to = stored.data<Half>();
  const auto from = weights.constant->data<float>();
  for (size_t i = 0; i < to.size(); ++i) to[i] = Half(from[i]);
  const ValueId half = graph.add_constant(name + "/float16", std::move(stored));
  return graph.add_node({.op = &op("cast"),
                         .name = name + "/cast",
                         .inputs = {half},
                         .attributes = Attributes::of(TypeAttrs{DataType::kF32})})[0];
}

}  // namespace

QuantizedGraph quantize_weights(const Graph& graph, QuantScheme scheme, WeightScales weights) {
  QuantizedGraph result{.graph = graph};
  for (const NodeId id : graph.topological_order()) {
    const auto found = weight_input(graph, graph.node(id));
    if (!found) continue;
    const auto [input, channel_axis] = *found;
    const Value& value = graph.value(graph.node(id).inputs[input]);
    if (value.type.shape.elements() < kSmallestTensor) {
      result.float_nodes.emplace_back(graph.node(id).name, "its weights are small");
      continue;
    }
    ValueId fresh;
    if (scheme == QuantScheme::kFloat16) {
      fresh = half_weights(result.graph, value);
    } else {
      const int axis =
          weights == WeightScales::kPerTensor ? Quantization::kPerTensor : channel_axis;
      QuantizedWeights quantized = quantize_weight_tensor(*value.constant, axis);
      fresh = result.graph.add_constant(value.name, std::move(quantized.values), quantized.record);
    }
    result.graph.mutable_node(id).inputs[input] = fresh;
  }
  result.graph.remove_unused();
  verify(result.graph);
  return result;
}

}  // namespace mote
