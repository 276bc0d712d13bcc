// A float layer with constant weights, and y = layer(x) * scale + shift folded into it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "mote/ir/graph.h"
#include "mote/rewrite/rewriter.h"

namespace mote {

/// conv_2d, depthwise_conv_2d, transpose_conv_2d or fully_connected in f32 whose weights and bias
/// are constant, with nothing fused yet, and whose result is read by one operand only.
struct FoldableLayer {
  NodeId id;
  int64_t channels = 0;
};

/// The layer that computes `value`, when it is such a one.
std::optional<FoldableLayer> foldable_layer(Rewriter& rewriter, ValueId value);

/// Per output channel, in double.
struct ChannelAffine {
  std::vector<double> scale;
  std::vector<double> shift;
};

/// Replaces weights and bias so that the layer computes layer(x) * scale + shift. A bias is added
/// where there was none, unless all shifts are 0. Statistics of the layer are carried along.
void fold_affine(Graph& edited, NodeId layer, const ChannelAffine& affine);

}  // namespace mote
