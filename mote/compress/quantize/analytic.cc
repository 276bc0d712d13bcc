#include "mote/compress/quantize/analytic.h"

#include <algorithm>

#include "mote/compress/quantize/distributions.h"
#include "mote/compress/quantize/layers.h"
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
  const Distributions known = known_distributions(graph);
  GraphEdit edit(graph);
  int64_t corrected = 0;
  for (const Layer& layer : float_layers(graph)) {
    const auto x = known.find(layer.x.index);
    if (x == known.end() || x->second.channels.size() != static_cast<size_t>(layer.ic)) continue;
    const std::vector<double> x_mean = x->second.means();
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
      error[row] += (scale * steps[e] - static_cast<double>(w[e])) * x_mean[static_cast<size_t>(i)];
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
