#include "mote/measure/cost.h"

#include <algorithm>
#include <set>

#include "mote/base/checked.h"
#include "mote/ir/op_def.h"

namespace mote {
namespace {

int64_t bytes_of(const TensorType& type) {
  return checked_mul(type.shape.elements_per_sample(), static_cast<int64_t>(size_bytes(type.dtype)),
                     "bytes of a tensor");
}

// Weights are real numbers: floats, integers with a record, or operands an operator calls so.
bool is_parameter(const Graph& graph, const Node& node, size_t input) {
  const Value& value = graph.value(node.inputs[input]);
  if (value.kind != ValueKind::kConstant) return false;
  if (is_float(value.type.dtype) || value.type.quantization) return true;
  if (node.op->quant == nullptr) return false;
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  if (!rule || input >= rule->inputs.size()) return false;
  const QuantRule::Role role = rule->inputs[input].role;
  return role == QuantRule::Role::kWeight || role == QuantRule::Role::kBias;
}

// First and last position in the execution order at which each activation is needed.
class Lifetimes {
 public:
  Lifetimes(const Graph& graph, const std::vector<NodeId>& order) : graph_(graph) {
    const std::vector<ValueId> values = graph.values();
    spans_.resize(values.empty() ? 0 : static_cast<size_t>(values.back().index) + 1);
    const auto end = static_cast<int64_t>(order.size()) - 1;
    for (const ValueId id : graph.inputs()) at(id) = {0, 0};
    for (int64_t step = 0; step <= end; ++step) {
      const Node& node = graph.node(order[static_cast<size_t>(step)]);
      for (const ValueId id : node.outputs) at(id) = {step, step};
      for (const ValueId id : node.inputs) {
        if (id.valid() && is_activation(id)) at(id).last = step;
      }
    }
    for (const ValueId id : graph.outputs()) {
      if (is_activation(id)) at(id).last = end;
    }
  }

  /// Bytes alive at each step.
  std::vector<int64_t> live_bytes(size_t steps) const {
    std::vector<int64_t> change(steps + 1, 0);
    for (const ValueId id : graph_.values()) {
      if (!is_activation(id)) continue;
      const Span& span = spans_[static_cast<size_t>(id.index)];
      if (span.first < 0 || steps == 0) continue;
      const int64_t size = bytes_of(graph_.value(id).type);
      change[static_cast<size_t>(span.first)] =
          checked_add(change[static_cast<size_t>(span.first)], size, "live bytes");
      change[static_cast<size_t>(span.last) + 1] -= size;
    }
    for (size_t step = 1; step <= steps; ++step) {
      change[step] = checked_add(change[step], change[step - 1], "live bytes");
    }
    change.pop_back();
    return change;
  }

 private:
  struct Span {
    int64_t first = -1;
    int64_t last = -1;
  };
  bool is_activation(ValueId id) const {
    const ValueKind kind = graph_.value(id).kind;
    return kind == ValueKind::kInput || kind == ValueKind::kComputed;
  }
  Span& at(ValueId id) { return spans_[static_cast<size_t>(id.index)]; }

  const Graph& graph_;
  std::vector<Span> spans_;
};

LayerCost layer_cost(const Graph& graph, const Node& node, std::set<ValueId>& counted) {
  LayerCost cost{.name = node.name, .op = std::string(node.op->name)};
  if (!node.outputs.empty()) {
    const Value& output = graph.value(node.outputs[0]);
    cost.value = output.name;
    cost.output = output.type.shape;
    cost.dtype = output.type.dtype;
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i) || !is_parameter(graph, node, i)) continue;
    if (!counted.insert(node.inputs[i]).second) continue;
    const TensorType& type = graph.value(node.inputs[i]).type;
    cost.parameters = checked_add(cost.parameters, type.shape.elements(), "parameters");
    cost.weight_bytes = checked_add(cost.weight_bytes, bytes_of(type), "weight bytes");
  }
  for (const ValueId id : node.outputs) {
    cost.activation_bytes =
        checked_add(cost.activation_bytes, bytes_of(graph.value(id).type), "activation bytes");
  }
  if (node.op->cost != nullptr) cost.macs = node.op->cost(graph, node).macs;
  return cost;
}

}  // namespace

ModelCost model_cost(const Graph& graph) {
  const std::vector<NodeId> order = graph.topological_order();
  const std::vector<int64_t> live = Lifetimes(graph, order).live_bytes(order.size());
  ModelCost result;
  CostTotals& totals = result.totals;
  std::set<ValueId> counted;
  for (size_t step = 0; step < order.size(); ++step) {
    LayerCost layer = layer_cost(graph, graph.node(order[step]), counted);
    layer.live_bytes = live[step];
    totals.parameters = checked_add(totals.parameters, layer.parameters, "parameters");
    totals.macs = checked_add(totals.macs, layer.macs, "MACs");
    totals.weight_bytes = checked_add(totals.weight_bytes, layer.weight_bytes, "weight bytes");
    totals.activation_bytes =
        checked_add(totals.activation_bytes, layer.activation_bytes, "activation bytes");
    if (layer.live_bytes > totals.peak_activation_bytes) {
      totals.peak_activation_bytes = layer.live_bytes;
      result.peak_layer = step;
    }
    result.layers.push_back(std::move(layer));
  }
  for (const ValueId id : graph.values()) {
    if (graph.value(id).kind != ValueKind::kState) continue;
    totals.state_bytes =
        checked_add(totals.state_bytes, bytes_of(graph.value(id).type), "state bytes");
  }
  return result;
}

}  // namespace mote
