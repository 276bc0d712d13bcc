// sink_transposes: moves every transpose behind its reader until it meets its inverse, an operator
// that needs the order, or an output.
//
// A network that came in NCHW has a transpose before and after each spatial operator. Elementwise
// operators, joins, reductions, pads and slices compute the same on NHWC once their attributes and
// constants are permuted, so the transpose in front of them can stand behind. Two that meet are
// one, or none. A flatten in front of a fully connected layer permutes the layer's weights instead.
// Exact; only the order in which a fully connected layer sums may change.
#include <algorithm>

#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"
#include "mote/rewrite/permutation.h"

namespace mote::passes {
namespace {

const Node* transpose_before(const Graph& graph, ValueId id) {
  return producer(graph, id, {"transpose"});
}

const Permutation& permutation_of(const Node& transpose) {
  return transpose.attrs<TransposeAttrs>().permutation;
}

bool per_channel(const Graph& graph, ValueId id) {
  const auto& record = type_of(graph, id).quantization;
  return record && !record->is_per_tensor();
}

ValueId add_transpose(Graph& edited, ValueId x, const Permutation& p, std::string name) {
  if (is_identity(p)) return x;
  return edited.add_node({.op = &op("transpose"),
                          .name = std::move(name),
                          .inputs = {x},
                          .attributes = Attributes::of(TransposeAttrs{p})},
                         {.quantization = {type_of(edited, x).quantization}})[0];
}

// The result of `value` under a new order, as a reshape: only axes of extent 1 move.
ValueId add_reshape(Graph& edited, ValueId x, const Shape& shape, std::string name) {
  return edited.add_node({.op = &op("reshape"),
                          .name = std::move(name),
                          .inputs = {x},
                          .attributes = Attributes::of(ShapeAttrs{shape.dims()})},
                         {.quantization = {type_of(edited, x).quantization}})[0];
}

// Operands that name channels by their own axis and do not broadcast against x.
bool is_parameter(const Node& node, size_t operand) {
  return operand > 0 && is_one_of(node, {"batch_norm", "layer_norm", "instance_norm", "gather"});
}

enum class OperandKind { kKept, kTransposed, kConstant, kReshaped, kStuck };

// The attributes on operands without p. A reduction that drops its axes has no `permute` facet,
// because its result has another rank; result_order follows the axes that are left.
std::optional<Attributes> moved_attributes(const Graph& graph, const Node& node,
                                           const Permutation& p) {
  if (node.attributes.holds<ReduceAttrs>()) {
    ReduceAttrs attrs = node.attrs<ReduceAttrs>();
    for (int64_t& axis : attrs.axes) axis = p[static_cast<size_t>(axis)];
    std::sort(attrs.axes.begin(), attrs.axes.end());
    return Attributes::of(std::move(attrs));
  }
  const Permutation back = inverse(p);
  const std::vector<int> as_int(back.begin(), back.end());
  return node.op->permute(graph, node, as_int);
}

// What becomes of operand `i` when p is taken away in front of the node.
OperandKind classify(const Graph& graph, const Node& node, size_t i, const Permutation& p) {
  if (!node.has_input(i) || is_parameter(node, i)) return OperandKind::kKept;
  const ValueId id = node.inputs[i];
  const Shape& shape = type_of(graph, id).shape;
  const bool single = shape.is_static() && shape.elements() == 1;
  if (single && shape.rank() < static_cast<int>(p.size())) return OperandKind::kKept;
  if (per_channel(graph, id) || shape.rank() > static_cast<int>(p.size()))
    return OperandKind::kStuck;
  if (const Node* before = transpose_before(graph, id); before && permutation_of(*before) == p) {
    return OperandKind::kTransposed;
  }
  if (constant(graph, id) != nullptr) return OperandKind::kConstant;
  const bool full = shape.rank() == static_cast<int>(p.size());
  return full && keeps_element_order(inverse(p), shape) ? OperandKind::kReshaped
                                                        : OperandKind::kStuck;
}

// The order that puts a result back: y = transpose(new y, order). Nothing for a result whose axes
// cannot be followed.
std::optional<Permutation> result_order(const Graph& graph, const Node& node,
                                        const Attributes& attributes, const Permutation& p) {
  const auto rank = static_cast<int>(p.size());
  if (type_of(graph, node.outputs[0]).shape.rank() == rank) return p;
  if (!attributes.holds<ReduceAttrs>()) return std::nullopt;
  const auto kept = [&](const std::vector<int64_t>& reduced) {
    std::vector<int64_t> axes;
    for (int64_t axis = 0; axis < rank; ++axis) {
      if (std::find(reduced.begin(), reduced.end(), axis) == reduced.end()) axes.push_back(axis);
    }
    return axes;
  };
  const std::vector<int64_t> old_axes = kept(node.attrs<ReduceAttrs>().axes);
  const std::vector<int64_t> new_axes = kept(attributes.as<ReduceAttrs>().axes);
  Permutation order;
  for (const int64_t axis : old_axes) {
    const int64_t moved = p[static_cast<size_t>(axis)];
    const auto found = std::find(new_axes.begin(), new_axes.end(), moved);
    if (found == new_axes.end()) return std::nullopt;
    order.push_back(found - new_axes.begin());
  }
  return order;
}

ValueId moved_operand(Graph& edited, const Node& node, size_t i, const Permutation& p) {
  const ValueId id = node.inputs[i];
  switch (classify(edited, node, i, p)) {
    case OperandKind::kTransposed:
      return transpose_before(edited, id)->inputs[0];
    case OperandKind::kConstant: {
      const Tensor full = with_rank(*constant(edited, id), static_cast<int>(p.size()));
      return replacement_constant(edited, id, permuted(full, inverse(p)),
                                  type_of(edited, id).quantization);
    }
    case OperandKind::kReshaped:
      return add_reshape(edited, id, permuted(type_of(edited, id).shape, inverse(p)),
                         edited.value(id).name + "/reordered");
    case OperandKind::kKept:
    case OperandKind::kStuck:
      break;
  }
  return id;
}

// The transpose that stands in front of an operand of the node.
std::optional<Permutation> leading_permutation(const Graph& graph, const Node& node) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i) || is_parameter(node, i)) continue;
    if (const Node* before = transpose_before(graph, node.inputs[i]))
      return permutation_of(*before);
  }
  return std::nullopt;
}

bool sink(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (graph.node(id).op->permute == nullptr || is_op(graph.node(id), "transpose")) return false;
  const Node node = graph.node(id);
  const std::optional<Permutation> p = leading_permutation(graph, node);
  if (!p) return false;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (classify(graph, node, i, *p) == OperandKind::kStuck) return false;
  }
  for (const ValueId output : node.outputs) {
    if (per_channel(graph, output)) return false;
  }
  const std::optional<Attributes> attributes = moved_attributes(graph, node, *p);
  if (!attributes) return false;
  const std::optional<Permutation> order = result_order(graph, node, *attributes, *p);
  if (!order) return false;
  return rewriter.apply([&](Graph& edited) {
    Node moved{.op = node.op,
               .name = node.name,
               .inputs = {},
               .attributes = *attributes,
               .statistics = node.statistics};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      moved.inputs.push_back(moved_operand(edited, node, i, *p));
    }
    Graph::OutputHints hints;
    for (const ValueId output : node.outputs) {
      hints.quantization.push_back(type_of(edited, output).quantization);
    }
    const std::vector<ValueId> results = edited.add_node(std::move(moved), hints);
    for (size_t i = 0; i < results.size(); ++i) {
      take_place(edited, node.outputs[i],
                 add_transpose(edited, results[i], *order, node.name + "/transpose"));
    }
  });
}

bool merge_two(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!is_op(node, "transpose")) return false;
  const Node* before = transpose_before(graph, node.inputs[0]);
  if (before == nullptr) return false;
  const ValueId x = before->inputs[0];
  const Permutation both = compose(permutation_of(*before), permutation_of(node));
  if (is_identity(both) && graph.is_output(node.outputs[0]) &&
      (graph.value(x).kind != ValueKind::kComputed || graph.is_output(x))) {
    return false;
  }
  return rewriter.apply([&](Graph& edited) {
    if (is_identity(both)) {
      edited.replace_uses(node.outputs[0], x);
    } else {
      take_place(edited, node.outputs[0], add_transpose(edited, x, both, node.name));
    }
  });
}

// The factors of each axis (axis_map.h), outermost first. Nothing when an axis is blocked.
std::optional<std::vector<std::vector<int>>> factors_of(const TensorAxes& axes) {
  std::vector<std::vector<int>> result;
  for (const AxisRole& role : axes) {
    if (role.blocked() || role.blocks.size() > 1) return std::nullopt;
    result.emplace_back();
    if (role.blocks.empty()) continue;
    for (const AxisFactor& factor : role.blocks[0].product) result.back().push_back(factor.id);
  }
  return result;
}

struct ReshapeFactors {
  std::vector<std::vector<int>> x;
  std::vector<std::vector<int>> y;
};

std::optional<ReshapeFactors> reshape_factors(const Graph& graph, const Node& reshape) {
  if (per_channel(graph, reshape.outputs[0])) return std::nullopt;
  const AxisMap map = reshape.op->axes(graph, reshape);
  auto x = factors_of(map.inputs[0]);
  auto y = factors_of(map.outputs[0]);
  if (!x || !y) return std::nullopt;
  return ReshapeFactors{std::move(*x), std::move(*y)};
}

// The order of the axes of y in which they follow the elements of the untransposed x.
std::optional<Permutation> order_behind_reshape(const std::vector<std::vector<int>>& x,
                                                const std::vector<std::vector<int>>& y) {
  Permutation order;
  std::vector<int> wanted;
  for (const auto& axis : x) wanted.insert(wanted.end(), axis.begin(), axis.end());
  size_t at = 0;
  while (at < wanted.size()) {
    const auto next = std::find_if(y.begin(), y.end(), [&](const std::vector<int>& axis) {
      return !axis.empty() && axis.size() <= wanted.size() - at &&
             std::equal(axis.begin(), axis.end(), wanted.begin() + static_cast<int64_t>(at));
    });
    if (next == y.end()) return std::nullopt;
    order.push_back(next - y.begin());
    at += next->size();
  }
  // Axes of extent 1 may stand anywhere: as near to their place as possible.
  for (size_t axis = 0; axis < y.size(); ++axis) {
    if (y[axis].empty()) {
      order.insert(order.begin() + static_cast<int64_t>(std::min(axis, order.size())),
                   static_cast<int64_t>(axis));
    }
  }
  return order;
}

// A reshape that splits axes, or joins neighbours, works on the untransposed x as well.
bool sink_through_reshape(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!is_op(node, "reshape")) return false;
  const Node* before = transpose_before(graph, node.inputs[0]);
  if (before == nullptr) return false;
  const std::optional<ReshapeFactors> factors = reshape_factors(graph, node);
  if (!factors) return false;
  const Permutation p = permutation_of(*before);
  std::vector<std::vector<int>> untransposed(p.size());
  for (size_t axis = 0; axis < p.size(); ++axis) {
    untransposed[static_cast<size_t>(p[axis])] = factors->x[axis];
  }
  const std::optional<Permutation> order = order_behind_reshape(untransposed, factors->y);
  if (!order) return false;
  const Shape& shape = type_of(graph, node.outputs[0]).shape;
  if (!shape.is_static() && (*order)[0] != 0) return false;
  const ValueId x = before->inputs[0];
  return rewriter.apply([&](Graph& edited) {
    const ValueId reshaped = add_reshape(edited, x, permuted(shape, *order), node.name);
    take_place(edited, node.outputs[0],
               add_transpose(edited, reshaped, inverse(*order), node.name + "/transpose"));
  });
}

// transpose(reshape(transpose(x))) is one transpose where the outer one can stand before the
// reshape.
bool merge_over_reshape(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!is_op(node, "transpose")) return false;
  const Node* reshape = producer(graph, node.inputs[0], {"reshape"});
  const Node* before = reshape ? transpose_before(graph, reshape->inputs[0]) : nullptr;
  if (before == nullptr) return false;
  const std::optional<ReshapeFactors> factors = reshape_factors(graph, *reshape);
  if (!factors) return false;
  std::vector<std::vector<int>> wanted;
  for (const int64_t axis : permutation_of(node)) {
    wanted.push_back(factors->y[static_cast<size_t>(axis)]);
  }
  const std::optional<Permutation> order = order_behind_reshape(wanted, factors->x);
  const Shape& shape = type_of(graph, node.outputs[0]).shape;
  if (!order || (!shape.is_static() && ((*order)[0] != 0 || shape[0] != kDynamic))) return false;
  const Permutation both = compose(permutation_of(*before), *order);
  const ValueId x = before->inputs[0];
  return rewriter.apply([&](Graph& edited) {
    const ValueId moved = add_transpose(edited, x, both, node.name);
    take_place(edited, node.outputs[0], add_reshape(edited, moved, shape, node.name + "/reshape"));
  });
}

// fully_connected(reshape(transpose(x))) permutes its weights instead of x.
bool absorb_in_weights(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!is_op(node, "fully_connected")) return false;
  const Node* flatten = producer(graph, node.inputs[0], {"reshape"});
  const Node* before = flatten ? transpose_before(graph, flatten->inputs[0]) : nullptr;
  const Tensor* weights = constant_input(graph, node, 1);
  if (before == nullptr || weights == nullptr) return false;
  const Permutation p = permutation_of(*before);
  const Shape& from = type_of(graph, flatten->inputs[0]).shape;
  const Shape& flat = type_of(graph, flatten->outputs[0]).shape;
  if (p[0] != 0 || flat.rank() != 2 || flat[0] != from[0]) return false;
  std::vector<int64_t> dims = from.dims();
  dims[0] = weights->shape()[0];
  if (Shape(dims).elements() != weights->elements()) return false;
  const Tensor reordered = permuted(weights->reshaped(Shape(dims)), inverse(p));
  const ValueId x = before->inputs[0];
  const ValueId old_weights = node.inputs[1];
  return rewriter.apply([&](Graph& edited) {
    const ValueId flattened = add_reshape(edited, x, flat, flatten->name);
    const ValueId moved =
        replacement_constant(edited, old_weights, reordered.reshaped(weights->shape()),
                             type_of(edited, old_weights).quantization);
    Node& changed = edited.mutable_node(id);
    changed.inputs[0] = flattened;
    changed.inputs[1] = moved;
  });
}

// What is left and moves only axes of extent 1 is a reshape, which costs nothing.
bool turn_into_reshape(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!is_op(node, "transpose")) return false;
  const Shape& from = type_of(graph, node.inputs[0]).shape;
  const Shape& to = type_of(graph, node.outputs[0]).shape;
  if (!keeps_element_order(permutation_of(node), from)) return false;
  if (per_channel(graph, node.inputs[0]) || (!from.is_static() && to[0] != kDynamic)) return false;
  return rewriter.apply([&](Graph& edited) {
    take_place(edited, node.outputs[0], add_reshape(edited, node.inputs[0], to, node.name));
  });
}

bool step(Rewriter& rewriter, NodeId id) {
  return merge_two(rewriter, id) || sink(rewriter, id) || merge_over_reshape(rewriter, id) ||
         sink_through_reshape(rewriter, id) || absorb_in_weights(rewriter, id);
}

void run(Rewriter& rewriter) {
  rewriter.for_each_node(step);
  rewriter.for_each_node(turn_into_reshape);
}

}  // namespace

PassDef define_sink_transposes() {
  return {"sink_transposes",
          "Moves transposes behind the operators that can work without them until they cancel, and "
          "into the weights of a fully connected layer behind a flatten",
          run};
}

}  // namespace mote::passes
