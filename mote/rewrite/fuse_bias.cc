// fuse_bias: a constant added to, or multiplied with, the channels of a layer's result becomes part
// of its bias and weights. Folded in double: exact up to one rounding of each weight.
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/layer.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

// What the node does to operand `data`, as scale and shift per channel.
std::optional<ChannelAffine> affine_of(const Graph& graph, const Node& node, size_t data) {
  const Tensor* other = constant_input(graph, node, 1 - data);
  if (other == nullptr) return std::nullopt;
  const Shape& full = type_of(graph, node.inputs[data]).shape;
  if (type_of(graph, node.outputs[0]).shape != full) return std::nullopt;
  const std::optional<std::vector<float>> numbers = per_last_axis(*other, full);
  if (!numbers) return std::nullopt;
  ChannelAffine affine{std::vector<double>(numbers->size(), 1.0),
                       std::vector<double>(numbers->size(), 0.0)};
  for (size_t c = 0; c < numbers->size(); ++c) {
    const double number = (*numbers)[c];
    if (is_op(node, "add")) {
      affine.shift[c] = number;
    } else if (is_op(node, "mul")) {
      affine.scale[c] = number;
    } else if (is_op(node, "sub")) {
      affine.scale[c] = data == 0 ? 1.0 : -1.0;
      affine.shift[c] = data == 0 ? -number : number;
    } else if (data == 0 && number != 0.0) {  // div
      affine.scale[c] = 1.0 / number;
    } else {
      return std::nullopt;
    }
  }
  return affine;
}

bool fuse(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_one_of(graph.node(id), {"add", "sub", "mul", "div"})) return false;
  const Node node = graph.node(id);
  if (!is_f32(graph, node.outputs[0])) return false;
  for (const size_t data : {size_t{0}, size_t{1}}) {
    const std::optional<ChannelAffine> affine = affine_of(graph, node, data);
    if (!affine) continue;
    const std::optional<FoldableLayer> layer = foldable_layer(rewriter, node.inputs[data]);
    if (!layer) continue;
    return rewriter.apply([&](Graph& edited) {
      fold_affine(edited, layer->id, *affine);
      Node& changed = edited.mutable_node(layer->id);
      changed.attributes = with_activation(changed, node.attrs<BinaryAttrs>().activation);
      if (node.statistics != nullptr) changed.statistics = node.statistics;
      take_place(edited, node.outputs[0], node.inputs[data]);
    });
  }
  return false;
}

void run(Rewriter& rewriter) { rewriter.for_each_node(fuse); }

}  // namespace

PassDef define_fuse_bias() {
  return {"fuse_bias",
          "Folds a constant added to, subtracted from or multiplied with a layer's channels into "
          "its bias and weights",
          run};
}

}  // namespace mote::passes
