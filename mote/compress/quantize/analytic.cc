#include "mote/compress/quantize/analytic.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "mote/compress/quantize/layers.h"
#include "mote/compress/quantize/moments.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/ir/graph_edit.h"
#include "mote/ir/op_def.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

// What stays of a channel below its absorbed mean. Source: Nagel et al. 2019, section 4.1.3.
constexpr float kAbsorbDeviations = 3.0f;

using Means = std::map<int32_t, std::vector<double>>;

// Means of a layer's result clamped to [low, high[c]].
std::vector<double> clamped_means(const ChannelStatistics& statistics, ClampRange clamp,
                                  std::span<const float> high) {
  std::vector<double> means;
  for (size_t c = 0; c < statistics.mean.size(); ++c) {
    const float limit = high.empty() ? clamp.high : std::min(clamp.high, high[c % high.size()]);
    means.push_back(clamped_normal_mean(
        static_cast<double>(statistics.mean[c]), static_cast<double>(statistics.stddev[c]),
        static_cast<double>(clamp.low), static_cast<double>(limit)));
  }
  return means;
}

// minimum(layer, constant): the clip that scaling puts behind a ReLU.
std::optional<std::vector<double>> clipped_layer(const Graph& graph, const Node& node) {
  if (!is_op(node, "minimum")) return std::nullopt;
  const Tensor* limit = constant_input(graph, node, 1);
  const Value& x = graph.value(node.inputs[0]);
  if (limit == nullptr || limit->dtype() != DataType::kF32 || x.kind != ValueKind::kComputed)
    return std::nullopt;
  const Node& layer = graph.node(x.producer);
  const std::optional<Activation> activation = fused_activation(layer);
  if (layer.statistics == nullptr || !activation || limit->elements() == 0) return std::nullopt;
  return clamped_means(*layer.statistics, clamp_range(*activation), limit->data<float>());
}

// Operators that keep the mean of every channel.
bool keeps_means(const Node& node) {
  if (is_op(node, "average_pool_2d")) {
    return node.attrs<Pool2dAttrs>().activation == Activation::kNone;
  }
  return is_op(node, "mean") || is_op(node, "reshape");
}

std::optional<std::vector<double>> means_of(const Graph& graph, const Node& node,
                                            const Means& known) {
  if (node.statistics != nullptr) {
    const std::optional<Activation> activation = fused_activation(node);
    return clamped_means(*node.statistics, clamp_range(activation.value_or(Activation::kNone)), {});
  }
  if (auto clipped = clipped_layer(graph, node)) return clipped;
  std::vector<const std::vector<double>*> inputs;
  for (const ValueId id : node.inputs) {
    const auto found = id.valid() ? known.find(id.index) : known.end();
    if (found == known.end()) return std::nullopt;
    inputs.push_back(&found->second);
  }
  const Shape& shape = graph.value(node.outputs[0]).type.shape;
  const auto channels = static_cast<size_t>(shape.rank() == 0 ? 0 : shape[shape.rank() - 1]);
  if (inputs.size() == 1 && keeps_means(node) && inputs[0]->size() == channels) return *inputs[0];
  const bool sums =
      is_op(node, "add") && fused_activation(node).value_or(Activation::kNone) == Activation::kNone;
  if (sums && inputs.size() == 2 && inputs[0]->size() == inputs[1]->size()) {
    std::vector<double> sum = *inputs[0];
    for (size_t c = 0; c < sum.size(); ++c) sum[c] += (*inputs[1])[c];
    return sum;
  }
  if (is_op(node, "concat") && node.attrs<AxisAttrs>().axis == shape.rank() - 1) {
    std::vector<double> joined;
    for (const auto* part : inputs) joined.insert(joined.end(), part->begin(), part->end());
    return joined;
  }
  return std::nullopt;
}

bool pads(const Graph& graph, const Layer& layer) {
  if (layer.kind == LayerKind::kDense) return false;
  const auto& padding = graph.node(layer.node).attrs<Conv2dAttrs>().padding;
  return std::any_of(padding.begin(), padding.end(), [](int64_t p) { return p != 0; });
}

// b += sum over inputs of W * shift.
void shift_bias(Graph& edited, const Layer& layer, std::span<const float> shift) {
  std::vector<float> bias = bias_of(edited, layer);
  const std::span<const float> w = constant_floats(edited, layer.w);
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
    bias[static_cast<size_t>(o)] += w[e] * shift[static_cast<size_t>(i)];
  });
  set_bias(edited, layer, bias);
}

int64_t absorb(Graph& edited, const Layer& layer, const std::vector<Layer>& layers,
               const std::vector<NodeId>& readers) {
  Node& node = edited.mutable_node(layer.node);
  if (node.statistics == nullptr || layer.activation != Activation::kRelu ||
      edited.is_output(layer.y))
    return 0;
  std::vector<const Layer*> targets;
  for (const NodeId reader : readers) {
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const Layer& l) { return l.node == reader; });
    if (found == layers.end() || pads(edited, *found)) return 0;
    targets.push_back(&*found);
  }
  auto statistics = std::make_shared<ChannelStatistics>(*node.statistics);
  std::vector<float> shift(static_cast<size_t>(layer.oc), 0.0f);
  std::vector<float> bias = bias_of(edited, layer);
  int64_t absorbed = 0;
  for (size_t o = 0; o < shift.size(); ++o) {
    shift[o] = std::max(0.0f, statistics->mean[o] - kAbsorbDeviations * statistics->stddev[o]);
    statistics->mean[o] -= shift[o];
    bias[o] -= shift[o];
    absorbed += shift[o] > 0.0f ? 1 : 0;
  }
  if (absorbed == 0 || targets.empty()) return 0;
  node.statistics = std::move(statistics);
  set_bias(edited, layer, bias);
  for (const Layer* target : targets) shift_bias(edited, *target, shift);
  return absorbed;
}

}  // namespace

Means expected_means(const Graph& graph) {
  Means known;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (node.outputs.size() != 1) continue;
    if (auto means = means_of(graph, node, known)) known[node.outputs[0].index] = std::move(*means);
  }
  return known;
}

int64_t absorb_high_biases(Graph& graph) {
  GraphEdit edit(graph);
  const std::vector<Layer> layers = float_layers(graph);
  const std::vector<std::vector<NodeId>> readers = graph.consumers();
  int64_t absorbed = 0;
  for (const Layer& layer : layers) {
    absorbed += absorb(*edit, layer, layers, readers[static_cast<size_t>(layer.y.index)]);
  }
  if (absorbed > 0) edit.commit();
  return absorbed;
}

int64_t correct_biases_analytically(Graph& graph, WeightScales scales) {
  const Means means = expected_means(graph);
  GraphEdit edit(graph);
  int64_t corrected = 0;
  for (const Layer& layer : float_layers(graph)) {
    const auto x = means.find(layer.x.index);
    if (x == means.end() || x->second.size() != static_cast<size_t>(layer.ic)) continue;
    const int axis =
        layer.kind == LayerKind::kDepthwise ? graph.value(layer.w).type.shape.rank() - 1 : 0;
    const QuantizedWeights q = quantize_weight_tensor(
        *graph.value(layer.w).constant,
        scales == WeightScales::kPerTensor ? Quantization::kPerTensor : axis);
    const std::span<const int8_t> steps = q.values.data<int8_t>();
    const std::span<const float> w = constant_floats(graph, layer.w);
    std::vector<double> error(static_cast<size_t>(layer.oc), 0.0);
    for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
      const auto row = static_cast<size_t>(o);
      const double scale = static_cast<double>(q.record.scales[row % q.record.scales.size()]);
      error[row] +=
          (scale * steps[e] - static_cast<double>(w[e])) * x->second[static_cast<size_t>(i)];
    });
    std::vector<float> bias = bias_of(graph, layer);
    for (size_t o = 0; o < bias.size(); ++o) bias[o] -= static_cast<float>(error[o]);
    set_bias(*edit, layer, bias);
    ++corrected;
  }
  if (corrected > 0) edit.commit();
  return corrected;
}

}  // namespace mote
