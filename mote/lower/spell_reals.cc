#include "mote/lower/spell_reals.h"

#include <algorithm>
#include <map>

#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/real_numbers.h"

namespace mote {
namespace {

class Spelling {
 public:
  explicit Spelling(Graph& graph) : graph_(graph) {}

  // The f32 of a quantized value; others as they are.
  ValueId real(ValueId id) {
    if (!id.valid() || !graph_.value(id).type.quantization) return id;
    const auto [found, is_new] = reals_.try_emplace(id.index);
    if (is_new) {
      found->second = graph_
                          .add_node({.op = &op("dequantize"),
                                     .name = graph_.value(id).name + "_real",
                                     .inputs = {id}})
                          .front();
    }
    return found->second;
  }

  void spell(NodeId id) {
    Node node = graph_.node(id);
    const DataType stored = graph_.value(node.outputs[0]).type.dtype;
    for (ValueId& input : node.inputs) input = real(input);
    if (!is_op(node, "quantize")) {
      node.outputs.clear();
      node.inputs = {graph_.add_node(node).front()};
    }
    Node& kept = graph_.mutable_node(id);
    kept.op = &op("quantize");
    kept.inputs = node.inputs;
    kept.attributes = Attributes::of(TypeAttrs{stored});
  }

 private:
  Graph& graph_;
  std::map<int32_t, ValueId> reals_;
};

bool requantizes(const Graph& graph, const Node& node) {
  return is_op(node, "quantize") && graph.value(node.inputs[0]).type.quantization.has_value();
}

bool is_spelled(const Graph& graph, const Node& node, Numerics numerics) {
  if (node.outputs.size() != 1 || node.op->lower == nullptr) return false;
  if (!graph.value(node.outputs[0]).type.quantization) return false;
  if (requantizes(graph, node)) return true;
  // Attributes may speak of the stored type: a softmax that widens.
  const DataType stored = graph.value(node.outputs[0]).type.dtype;
  const bool one_type = std::ranges::all_of(node.inputs, [&](ValueId id) {
    return !id.valid() || !graph.value(id).type.quantization ||
           graph.value(id).type.dtype == stored;
  });
  return one_type && computes_on_reals(graph, node, numerics);
}

}  // namespace

Graph spell_reals(Graph graph, Numerics numerics) {
  if (numerics != Numerics::kOnnx) return graph;
  Spelling spelling(graph);
  for (const NodeId id : graph.topological_order()) {
    if (is_spelled(graph, graph.node(id), numerics)) spelling.spell(id);
  }
  return graph;
}

}  // namespace mote
