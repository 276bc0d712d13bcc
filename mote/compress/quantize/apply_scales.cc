#include <algorithm>
#include <cmath>

#include "mote/compress/quantize/scaling.h"
#include "mote/ir/graph_edit.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

constexpr float kRelu6 = 6.0f;
// Scales closer to 1 than this leave a clip as it is.
constexpr double kSameScale = 1e-9;

std::vector<float> scales_of(const ScalingProblem& problem, int activation) {
  const auto& a = problem.activations[static_cast<size_t>(activation)];
  std::vector<float> scales(a.classes.size());
  for (size_t c = 0; c < scales.size(); ++c) {
    scales[c] = static_cast<float>(std::exp(problem.log_of(a, c)));
  }
  return scales;
}

bool all_one(const std::vector<float>& scales) {
  return std::all_of(scales.begin(), scales.end(),
                     [](float s) { return std::abs(static_cast<double>(s) - 1.0) < kSameScale; });
}

void scale_layer(Graph& edited, const Layer& layer, const std::vector<float>& up,
                 const std::vector<float>& down) {
  const std::span<const float> old = constant_floats(edited, layer.w);
  std::vector<float> weights(old.size());
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
    weights[e] = old[e] * (up[static_cast<size_t>(o)] / down[static_cast<size_t>(i)]);
  });
  set_weights(edited, layer, weights);
  if (layer.b.valid()) {
    std::vector<float> bias = bias_of(edited, layer);
    for (size_t o = 0; o < bias.size(); ++o) bias[o] *= up[o];
    set_bias(edited, layer, bias);
  }
  Node& node = edited.mutable_node(layer.node);
  if (node.statistics == nullptr) return;
  auto statistics = std::make_shared<ChannelStatistics>(*node.statistics);
  for (size_t o = 0; o < up.size() && o < statistics->mean.size(); ++o) {
    statistics->mean[o] *= up[o];
    statistics->stddev[o] *= up[o];
  }
  node.statistics = std::move(statistics);
}

// y = min(relu(layer), 6 * s) in place of relu6(layer); y's name goes to the result.
void clip_per_channel(Graph& edited, const Layer& layer, const std::vector<float>& up) {
  Node& node = edited.mutable_node(layer.node);
  node.attributes = with_activation(node, Activation::kRelu);
  std::vector<float> limits(up.size());
  for (size_t o = 0; o < up.size(); ++o) limits[o] = kRelu6 * up[o];
  const std::string name = node.name;
  const ValueId limit = edited.add_constant(name + "/clip", Tensor::of<float>({layer.oc}, limits));
  const ValueId clipped = edited.add_node(
      {.op = &op("minimum"), .name = name + "/minimum", .inputs = {layer.y, limit}})[0];
  take_place(edited, layer.y, clipped);
  // take_place redirected the new node's own operand too.
  edited.mutable_node(edited.value(clipped).producer).inputs[0] = layer.y;
}

}  // namespace

ClipCost apply_scales(Graph& graph, const ScalingProblem& problem) {
  ClipCost cost;
  GraphEdit edit(graph);
  for (const auto& scaled : problem.layers) {
    const std::vector<float> up = scales_of(problem, scaled.y);
    const std::vector<float> down = scales_of(problem, scaled.x);
    if (all_one(up) && all_one(down)) continue;
    scale_layer(*edit, scaled.layer, up, down);
    const bool clips = scaled.layer.activation == Activation::kRelu6 && !all_one(up);
    if (!clips || problem.options.clip != ClipRule::kPerChannel) continue;
    clip_per_channel(*edit, scaled.layer, up);
    ++cost.clips;
    cost.constant_bytes += scaled.layer.oc;
    cost.elements += edit->value(scaled.layer.y).type.shape.bind(1).elements();
  }
  edit.commit();
  return cost;
}

}  // namespace mote
