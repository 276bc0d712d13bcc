#include "mote/rewrite/layer.h"

#include <algorithm>
#include <cmath>

#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

// Depthwise weights are [1,kh,kw,oc]; all others have the output channel first.
bool channel_is_last(const Node& node) { return is_op(node, "depthwise_conv_2d"); }

Tensor scaled_weights(const Tensor& weights, bool last, std::span<const double> scale) {
  Tensor result = weights;
  const auto w = result.data<float>();
  const size_t inner = last ? 1 : w.size() / scale.size();
  for (size_t i = 0; i < w.size(); ++i) {
    const size_t channel = i / inner % scale.size();
    w[i] = static_cast<float>(static_cast<double>(w[i]) * scale[channel]);
  }
  return result;
}

std::shared_ptr<const ChannelStatistics> moved_statistics(const ChannelStatistics& statistics,
                                                          const ChannelAffine& affine) {
  ChannelStatistics moved = statistics;
  for (size_t c = 0; c < moved.mean.size(); ++c) {
    moved.mean[c] = static_cast<float>(moved.mean[c] * affine.scale[c] + affine.shift[c]);
    moved.stddev[c] = static_cast<float>(moved.stddev[c] * std::abs(affine.scale[c]));
  }
  return std::make_shared<const ChannelStatistics>(std::move(moved));
}

}  // namespace

std::optional<FoldableLayer> foldable_layer(Rewriter& rewriter, ValueId value) {
  const Graph& graph = rewriter.graph();
  const Node* node = producer(graph, value, layers_with_weights());
  if (node == nullptr || !is_f32(graph, value) || !rewriter.used_once(value)) return std::nullopt;
  const Tensor* weights = constant_input(graph, *node, 1);
  if (weights == nullptr || weights->dtype() != DataType::kF32 || weights->elements() == 0) {
    return std::nullopt;
  }
  if (node->has_input(2) && constant_input(graph, *node, 2) == nullptr) return std::nullopt;
  if (fused_activation(*node) != Activation::kNone) return std::nullopt;
  return FoldableLayer{graph.value(value).producer, type_of(graph, value).shape.back()};
}

void fold_affine(Graph& edited, NodeId layer, const ChannelAffine& affine) {
  const Node& node = edited.node(layer);
  const size_t channels = affine.scale.size();
  const ValueId old_weights = node.inputs[1];
  const bool unscaled = std::all_of(affine.scale.begin(), affine.scale.end(),
                                    [](double scale) { return scale == 1.0; });
  ValueId weights = old_weights;
  if (!unscaled) {
    weights = replacement_constant(
        edited, old_weights,
        scaled_weights(*constant(edited, old_weights), channel_is_last(node), affine.scale));
  }
  Tensor bias(DataType::kF32, {static_cast<int64_t>(channels)});
  const Tensor* old_bias = constant_input(edited, node, 2);
  for (size_t c = 0; c < channels; ++c) {
    const double before = old_bias == nullptr ? 0.0 : old_bias->data<float>()[c];
    bias.data<float>()[c] = static_cast<float>(before * affine.scale[c] + affine.shift[c]);
  }
  const bool needs_bias =
      old_bias != nullptr || std::any_of(affine.shift.begin(), affine.shift.end(),
                                         [](double shift) { return shift != 0.0; });
  Node& changed = edited.mutable_node(layer);
  changed.inputs[1] = weights;
  if (needs_bias) {
    const ValueId value = edited.add_constant(node.name + "/bias", std::move(bias));
    if (node.has_input(2)) edited.swap_names(value, node.inputs[2]);
    changed.inputs.resize(std::max<size_t>(3, changed.inputs.size()));
    changed.inputs[2] = value;
  }
  if (changed.statistics != nullptr) {
    changed.statistics = moved_statistics(*changed.statistics, affine);
  }
}

}  // namespace mote
