// canonicalize_global_pool: an average pool over the whole image is a mean over height and width,
// and a mean whose kept axes are then reshaped away does not keep them. Float only: up to the order
// of a sum. Integer kernels of the two round differently and stay as they are.
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

bool pool_to_mean(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_op(graph.node(id), "average_pool_2d")) return false;
  const Node node = graph.node(id);
  const auto& attrs = node.attrs<Pool2dAttrs>();
  const Shape& x = type_of(graph, node.inputs[0]).shape;
  const bool global = attrs.kernel == std::array<int64_t, 2>{x[1], x[2]} &&
                      attrs.dilation == std::array<int64_t, 2>{1, 1} &&
                      attrs.padding == std::array<int64_t, 4>{} &&
                      attrs.activation == Activation::kNone;
  if (!global || !is_f32(graph, node.outputs[0])) return false;
  return rewriter.apply([&](Graph& edited) {
    const ValueId y = edited.add_node(
        {.op = &op("mean"),
         .name = node.name,
         .inputs = {node.inputs[0]},
         .attributes = Attributes::of(ReduceAttrs{.axes = {1, 2}, .keep_dims = true})})[0];
    take_place(edited, node.outputs[0], y);
  });
}

bool drop_kept_axes(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_op(graph.node(id), "reshape")) return false;
  const Node node = graph.node(id);
  const Node* before = producer(graph, node.inputs[0], {"mean", "sum", "reduce_max"});
  if (before == nullptr || !rewriter.used_once(node.inputs[0])) return false;
  ReduceAttrs attrs = before->attrs<ReduceAttrs>();
  if (!attrs.keep_dims) return false;
  std::vector<int64_t> left = type_of(graph, node.inputs[0]).shape.dims();
  for (auto axis = attrs.axes.rbegin(); axis != attrs.axes.rend(); ++axis) {
    left.erase(left.begin() + *axis);
  }
  if (Shape(left) != type_of(graph, node.outputs[0]).shape) return false;
  attrs.keep_dims = false;
  const NodeId reduction = graph.value(node.inputs[0]).producer;
  return rewriter.apply([&](Graph& edited) {
    edited.mutable_node(reduction).attributes = Attributes::of(attrs);
    take_place(edited, node.outputs[0], node.inputs[0]);
  });
}

void run(Rewriter& rewriter) {
  rewriter.for_each_node(pool_to_mean);
  rewriter.for_each_node(drop_kept_axes);
}

}  // namespace

PassDef define_canonicalize_global_pool() {
  return {
      "canonicalize_global_pool",
      "Turns a float average pool over the whole image into a mean, and mean and reshape into one "
      "mean",
      run};
}

}  // namespace mote::passes
