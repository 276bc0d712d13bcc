// The layers of a float network that have weights, seen alike whatever operator they are.
//
//   for (const Layer& layer : float_layers(graph)) {
//     std::vector<float> weights = constant_floats(graph, layer.w);
//     for_each_weight(layer, [&](size_t at, int64_t o, int64_t i, int64_t tap) { ... weights[at]
//     ... });
//   }
//
// A weight joins input channel i, output channel o and one tap (position in the window). Dense
// layers have one tap.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mote/ir/graph.h"
#include "mote/ops/activation.h"

namespace mote {

enum class LayerKind { kConv, kDepthwise, kDense };

struct Layer {
  NodeId node;
  ValueId x, w, b, y;  ///< b is invalid where there is no bias
  LayerKind kind = LayerKind::kConv;
  int64_t oc = 0;      ///< output channels
  int64_t ic = 0;      ///< input channels
  int64_t taps = 1;    ///< kh * kw
  int64_t groups = 1;  ///< of a depthwise layer: ic
  Activation activation = Activation::kNone;

  int64_t inputs_per_group() const { return ic / groups; }
  int64_t outputs_per_group() const { return oc / groups; }
  /// Input channel `j` of those that output channel `o` reads.
  int64_t input_channel(int64_t o, int64_t j) const {
    return o / outputs_per_group() * inputs_per_group() + j;
  }
};

/// conv_2d, depthwise_conv_2d and fully_connected in f32 with constant weights, a constant bias or
/// none; nothing for other nodes.
std::optional<Layer> float_layer(const Graph& graph, NodeId id);
/// In topological order.
std::vector<Layer> float_layers(const Graph& graph);

/// Calls visit(element, o, i, tap) for every weight, in memory order.
template <class Visit>
void for_each_weight(const Layer& layer, Visit&& visit) {
  size_t at = 0;
  if (layer.kind == LayerKind::kDepthwise) {
    for (int64_t tap = 0; tap < layer.taps; ++tap) {
      for (int64_t o = 0; o < layer.oc; ++o) visit(at++, o, layer.input_channel(o, 0), tap);
    }
    return;
  }
  const int64_t per_group = layer.inputs_per_group();
  for (int64_t o = 0; o < layer.oc; ++o) {
    const int64_t first = layer.input_channel(o, 0);
    for (int64_t tap = 0; tap < layer.taps; ++tap) {
      for (int64_t j = 0; j < per_group; ++j) visit(at++, o, first + j, tap);
    }
  }
}

std::span<const float> constant_floats(const Graph& graph, ValueId id);
/// The bias of a layer; zeros where it has none.
std::vector<float> bias_of(const Graph& graph, const Layer& layer);

/// The layer reads a new constant of the same shape in place of `w` (or of its bias, which is added
/// where there was none). Constants of other readers stay as they are.
void set_weights(Graph& edited, const Layer& layer, std::span<const float> weights);
void set_bias(Graph& edited, const Layer& layer, std::span<const float> bias);

}  // namespace mote
