// fuse_activation: a clamp becomes the activation of the node before it. Minimum and maximum with a
// constant are first recognized as clamps: max(x, 0) is relu, min(max(x, 0), 6) is relu6. Exact; an
// integer node only takes it when both results have the same record, so that no rounding moves.
#include <algorithm>

#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

std::optional<Activation> activation_of(const ClampRange& range) {
  for (const Activation candidate : enum_values(Activation{})) {
    const ClampRange known = clamp_range(candidate);
    if (known.low == range.low && known.high == range.high) return candidate;
  }
  return std::nullopt;
}

// The clamp that is `first` and then `second`.
ClampRange compose(const ClampRange& first, const ClampRange& second) {
  return {std::clamp(first.low, second.low, second.high),
          std::clamp(first.high, second.low, second.high)};
}

struct Clamp {
  ValueId x;
  ClampRange range;
};

// A node that clamps its one data operand, by activation or by minimum or maximum with a constant.
std::optional<Clamp> clamp_of(const Graph& graph, const Node& node) {
  for (const Activation activation : enum_values(Activation{})) {
    if (activation != Activation::kNone && is_op(node, name(activation))) {
      return Clamp{node.inputs[0], clamp_range(activation)};
    }
  }
  if (!is_one_of(node, {"minimum", "maximum"}) || !is_f32(graph, node.outputs[0])) {
    return std::nullopt;
  }
  for (const size_t data : {size_t{0}, size_t{1}}) {
    const std::optional<float> bound = uniform_value(graph, node.inputs[1 - data]);
    if (!bound ||
        type_of(graph, node.inputs[data]).shape != type_of(graph, node.outputs[0]).shape) {
      continue;
    }
    ClampRange range;
    (is_op(node, "minimum") ? range.high : range.low) = *bound;
    return Clamp{node.inputs[data], range};
  }
  return std::nullopt;
}

std::optional<Clamp> clamp_before(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  if (value.kind != ValueKind::kComputed) return std::nullopt;
  return clamp_of(graph, graph.node(value.producer));
}

bool same_record(const Graph& graph, ValueId a, ValueId b) {
  return type_of(graph, a).quantization == type_of(graph, b).quantization;
}

// minimum, maximum and clamps of clamps become one activation where there is one.
bool recognize(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  std::optional<Clamp> clamp = clamp_of(graph, node);
  if (!clamp) return false;
  std::optional<Activation> found = activation_of(clamp->range);
  ValueId x = clamp->x;
  const bool stands_already = found && is_op(node, name(*found));
  if (const std::optional<Clamp> before = clamp_before(graph, clamp->x);
      before && same_record(graph, clamp->x, node.outputs[0])) {
    if (const auto both = activation_of(compose(before->range, clamp->range))) {
      found = both;
      x = before->x;
    }
  }
  if (!found || *found == Activation::kNone || (stands_already && x == clamp->x)) return false;
  return rewriter.apply([&](Graph& edited) {
    const ValueId made =
        edited.add_node({.op = &op(name(*found)), .name = node.name, .inputs = {x}},
                        {.quantization = {type_of(edited, node.outputs[0]).quantization}})[0];
    take_place(edited, node.outputs[0], made);
  });
}

bool fuse(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  const std::optional<Clamp> clamp = clamp_of(graph, node);
  if (!clamp || !activation_of(clamp->range)) return false;
  const Value& x = graph.value(clamp->x);
  if (x.kind != ValueKind::kComputed || !rewriter.used_once(clamp->x)) return false;
  const Node& before = graph.node(x.producer);
  const std::optional<Activation> fused = fused_activation(before);
  if (!fused || before.outputs.size() != 1 || !same_record(graph, clamp->x, node.outputs[0])) {
    return false;
  }
  const auto both = activation_of(compose(clamp_range(*fused), clamp->range));
  if (!both) return false;
  const NodeId target = x.producer;
  return rewriter.apply([&](Graph& edited) {
    Node& changed = edited.mutable_node(target);
    changed.attributes = with_activation(changed, *both);
    take_place(edited, node.outputs[0], clamp->x);
  });
}

void run(Rewriter& rewriter) {
  rewriter.for_each_node(recognize);
  rewriter.for_each_node(fuse);
}

}  // namespace

PassDef define_fuse_activation() {
  return {"fuse_activation",
          "Recognizes clamps written as minimum and maximum, and fuses relu, relu6 and "
          "relu_n1_to_1 into the node before them",
          run};
}

}  // namespace mote::passes
