#include "mote/compress/quantize/layers.h"

#include <algorithm>

#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr size_t kWeightInput = 1;
constexpr size_t kBiasInput = 2;

bool constant_f32(const Graph& graph, const Node& node, size_t i) {
  if (!node.has_input(i)) return false;
  const Value& value = graph.value(node.inputs[i]);
  return value.kind == ValueKind::kConstant && value.type.dtype == DataType::kF32;
}

void replace_constant(Graph& edited, NodeId id, size_t i, std::span<const float> content) {
  const ValueId old = edited.node(id).inputs[i];
  const Shape shape = edited.value(old).type.shape;
  const ValueId fresh =
      edited.add_constant(edited.value(old).name, Tensor::of<float>(shape, content));
  edited.mutable_node(id).inputs[i] = fresh;
}

}  // namespace

std::optional<Layer> float_layer(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  Layer layer{.node = id};
  if (is_op(node, "conv_2d")) {
    layer.kind = LayerKind::kConv;
    layer.groups = node.attrs<Conv2dAttrs>().groups;
    layer.activation = node.attrs<Conv2dAttrs>().activation;
  } else if (is_op(node, "depthwise_conv_2d")) {
    layer.kind = LayerKind::kDepthwise;
    layer.activation = node.attrs<Conv2dAttrs>().activation;
  } else if (is_op(node, "fully_connected")) {
    layer.kind = LayerKind::kDense;
    layer.activation = node.attrs<FullyConnectedAttrs>().activation;
  } else {
    return std::nullopt;
  }
  if (!constant_f32(graph, node, kWeightInput)) return std::nullopt;
  if (node.has_input(kBiasInput) && !constant_f32(graph, node, kBiasInput)) return std::nullopt;
  layer.x = node.inputs[0];
  layer.w = node.inputs[kWeightInput];
  layer.b = node.has_input(kBiasInput) ? node.inputs[kBiasInput] : ValueId{};
  layer.y = node.outputs[0];
  const Shape& w = graph.value(layer.w).type.shape;
  if (graph.value(layer.x).type.dtype != DataType::kF32) return std::nullopt;
  if (layer.kind == LayerKind::kDense) {
    layer.oc = w[0];
    layer.ic = w[1];
  } else if (layer.kind == LayerKind::kDepthwise) {
    layer.oc = w[3];
    layer.ic = layer.groups = graph.value(layer.x).type.shape[3];
    layer.taps = w[1] * w[2];
  } else {
    layer.oc = w[0];
    layer.ic = w[3] * layer.groups;
    layer.taps = w[1] * w[2];
  }
  return layer;
}

std::vector<Layer> float_layers(const Graph& graph) {
  std::vector<Layer> layers;
  for (const NodeId id : graph.topological_order()) {
    if (const std::optional<Layer> layer = float_layer(graph, id)) layers.push_back(*layer);
  }
  return layers;
}

std::span<const float> constant_floats(const Graph& graph, ValueId id) {
  // Through a const reference: the span must not outlive the graph's tensor, which is shared.
  const Tensor& tensor = *graph.value(id).constant;
  return tensor.data<float>();
}

std::vector<float> bias_of(const Graph& graph, const Layer& layer) {
  if (!layer.b.valid()) return std::vector<float>(static_cast<size_t>(layer.oc), 0.0f);
  const std::span<const float> bias = constant_floats(graph, layer.b);
  return {bias.begin(), bias.end()};
}

void set_weights(Graph& edited, const Layer& layer, std::span<const float> weights) {
  replace_constant(edited, layer.node, kWeightInput, weights);
}

void set_bias(Graph& edited, const Layer& layer, std::span<const float> bias) {
  if (edited.node(layer.node).has_input(kBiasInput)) {
    replace_constant(edited, layer.node, kBiasInput, bias);
    return;
  }
  const ValueId fresh = edited.add_constant(edited.node(layer.node).name + "/bias",
                                            Tensor::of<float>({layer.oc}, bias));
  Node& node = edited.mutable_node(layer.node);
  node.inputs.resize(std::max(node.inputs.size(), kBiasInput + 1));
  node.inputs[kBiasInput] = fresh;
}

}  // namespace mote
