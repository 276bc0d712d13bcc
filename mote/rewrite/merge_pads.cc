// merge_pads: a pad of height and width with real zeros becomes padding of the convolution or
// average pool behind it.
//
// Exact: convolutions read outside of x as real zero (of integers: the zero point, which is what a
// pad with 0 writes). An average pool must then count its padding, and is merged in f32 only. A max
// pool is not: its padding is minus infinity.
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

using Padding = std::array<int64_t, 4>;  // top, left, bottom, right

std::optional<Padding> spatial_zero_padding(const Graph& graph, const Node& pad) {
  const auto& attrs = pad.attrs<PadAttrs>();
  if (type_of(graph, pad.inputs[0]).shape.rank() != 4 || attrs.mode != PadMode::kConstant ||
      attrs.value != 0.0) {
    return std::nullopt;
  }
  if (type_of(graph, pad.inputs[0]).quantization != type_of(graph, pad.outputs[0]).quantization) {
    return std::nullopt;
  }
  const auto& [before, after] = std::pair(attrs.before, attrs.after);
  if (before[0] != 0 || after[0] != 0 || before[3] != 0 || after[3] != 0) return std::nullopt;
  const Padding padding{before[1], before[2], after[1], after[2]};
  for (const int64_t amount : padding) {
    if (amount < 0) return std::nullopt;  // a crop
  }
  return padding;
}

Padding sum(Padding a, const Padding& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

std::optional<Attributes> padded(const Graph& graph, const Node& node, const Padding& padding) {
  if (is_one_of(node, {"conv_2d", "depthwise_conv_2d"})) {
    Conv2dAttrs attrs = node.attrs<Conv2dAttrs>();
    attrs.padding = sum(attrs.padding, padding);
    return Attributes::of(attrs);
  }
  if (!is_op(node, "average_pool_2d") || !is_f32(graph, node.outputs[0])) return std::nullopt;
  Pool2dAttrs attrs = node.attrs<Pool2dAttrs>();
  if (attrs.padding != Padding{} && !attrs.count_include_padding) return std::nullopt;
  attrs.padding = sum(attrs.padding, padding);
  attrs.count_include_padding = true;
  return Attributes::of(attrs);
}

bool merge(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node& node = graph.node(id);
  if (!is_one_of(node, {"conv_2d", "depthwise_conv_2d", "average_pool_2d"})) return false;
  const Node* pad = producer(graph, node.inputs[0], {"pad"});
  if (pad == nullptr) return false;
  const std::optional<Padding> padding = spatial_zero_padding(graph, *pad);
  if (!padding) return false;
  const std::optional<Attributes> attributes = padded(graph, node, *padding);
  if (!attributes) return false;
  const ValueId x = pad->inputs[0];
  return rewriter.apply([&](Graph& edited) {
    Node& changed = edited.mutable_node(id);
    changed.inputs[0] = x;
    changed.attributes = *attributes;
  });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(merge); }

}  // namespace

PassDef define_merge_pads() {
  return {"merge_pads",
          "Turns a pad with zeros in front of a convolution or average pool into its padding", run};
}

}  // namespace mote::passes
