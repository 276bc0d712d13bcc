#include "mote/compress/quantize/shared_records.h"

#include <algorithm>

namespace mote {
namespace {

bool is_float_activation(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  return value.type.dtype == DataType::kF32 && value.kind != ValueKind::kState;
}

// Why the node cannot be an integer node under that rule; empty when it can.
std::string obstacle(const Graph& graph, const Node& node, const QuantRule& rule) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i)) continue;
    const Value& value = graph.value(node.inputs[i]);
    switch (rule.inputs[i].role) {
      case QuantRule::Role::kActivation:
      case QuantRule::Role::kShared:
        if (!is_float_activation(graph, node.inputs[i])) return "its input is not float";
        break;
      case QuantRule::Role::kWeight:
      case QuantRule::Role::kBias:
        if (value.kind != ValueKind::kConstant) return "its weights are computed at run time";
        if (value.type.dtype != DataType::kF32) return "its weights are not float";
        break;
      case QuantRule::Role::kState:
        return "it keeps a state";
      case QuantRule::Role::kUntouched:
        break;
    }
  }
  return {};
}

bool touches_floats(const Graph& graph, const Node& node) {
  const auto is_float = [&](ValueId id) {
    return id.valid() && graph.value(id).type.dtype == DataType::kF32;
  };
  return std::any_of(node.inputs.begin(), node.inputs.end(), is_float) ||
         std::any_of(node.outputs.begin(), node.outputs.end(), is_float);
}

bool only_untouched(const QuantRule& rule) {
  return rule.output == QuantRule::Output::kUntouched &&
         std::all_of(rule.inputs.begin(), rule.inputs.end(), [](const QuantRule::Input& input) {
           return input.role == QuantRule::Role::kUntouched;
         });
}

}  // namespace

SharedRecords::SharedRecords(const Graph& graph, const ValueRanges& ranges,
                             const QuantizeGraphOptions& options)
    : graph_(graph), options_(options) {
  for (const ValueId id : graph.values()) parent_[id.index] = id.index;
  const std::vector<NodeId> order = graph.topological_order();
  for (const NodeId id : order) decide(id);
  for (const NodeId id : order) {
    if (plan(id).rule) tie(graph.node(id), *plan(id).rule);
  }
  for (const auto& [index, touched] : touched_) {
    const auto range = ranges.find(index);
    if (range == ranges.end()) continue;
    RealRange& all = union_[root(index)];
    all.low = std::min(all.low, range->second.low);
    all.high = std::max(all.high, range->second.high);
  }
}

void SharedRecords::decide(NodeId id) {
  const Node& node = graph_.node(id);
  NodePlan& plan = plans_[id.index];
  if (!touches_floats(graph_, node)) return;
  if (options_.exclude.contains(id.index)) {
    plan.reason = "excluded";
    return;
  }
  if (node.op->quant != nullptr) plan.rule = node.op->quant(graph_, node);
  if (!plan.rule) {
    plan.reason = "the operator has no integer form";
    return;
  }
  if (only_untouched(*plan.rule)) {
    plan.rule.reset();
    return;
  }
  if (options_.scheme == QuantScheme::kInt16Activations && !plan.rule->supports_i16) {
    plan.reason = "the operator has no int16 form";
  } else {
    plan.reason = obstacle(graph_, node, *plan.rule);
  }
  if (!plan.reason.empty()) plan.rule.reset();
}

void SharedRecords::tie(const Node& node, const QuantRule& rule) {
  std::vector<ValueId> shared;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i)) continue;
    const QuantRule::Role role = rule.inputs[i].role;
    const bool data = role == QuantRule::Role::kActivation || role == QuantRule::Role::kShared;
    if (!data || graph_.value(node.inputs[i]).kind == ValueKind::kConstant) continue;
    touched_[node.inputs[i].index] = true;
    if (role == QuantRule::Role::kShared) shared.push_back(node.inputs[i]);
  }
  if (rule.output == QuantRule::Output::kUntouched) return;
  for (const ValueId output : node.outputs) touched_[output.index] = true;
  if (rule.output == QuantRule::Output::kFixed) {
    const bool i16 = options_.scheme == QuantScheme::kInt16Activations;
    for (const ValueId output : node.outputs) {
      fixed_[root(output.index)] = i16 ? rule.fixed_i16 : rule.fixed_i8;
    }
    return;
  }
  if (rule.output != QuantRule::Output::kShared) return;
  for (const ValueId output : node.outputs) join(node.outputs[0], output);
  for (const ValueId input : shared) {
    // A fixed record would be forced on the other operands: such an input is rescaled instead.
    if (shared.size() > 1 && fixed_.contains(root(input.index))) continue;
    join(input, node.outputs[0]);
  }
}

int32_t SharedRecords::root(int32_t index) const {
  while (parent_.at(index) != index) index = parent_.at(index);
  return index;
}

void SharedRecords::join(ValueId a, ValueId b) {
  const int32_t low = std::min(root(a.index), root(b.index));
  const int32_t high = std::max(root(a.index), root(b.index));
  if (low == high) return;
  parent_[high] = low;
  if (const auto record = fixed_.find(high); record != fixed_.end()) {
    fixed_[low] = record->second;
    fixed_.erase(high);
  }
}

Quantization SharedRecords::of(ValueId id) const {
  const int32_t group = root(id.index);
  if (const auto record = fixed_.find(group); record != fixed_.end()) return record->second;
  const auto range = union_.find(group);
  if (range == union_.end()) {
    throw_error(ErrorKind::kInvalidArgument,
                "no range is known for value '{}'; calibrate on samples", graph_.value(id).name);
  }
  const bool i16 = options_.scheme == QuantScheme::kInt16Activations;
  return activation_record(range->second, i16 ? DataType::kI16 : DataType::kI8);
}

std::vector<std::pair<std::string, std::string>> SharedRecords::float_nodes() const {
  std::vector<std::pair<std::string, std::string>> nodes;
  for (const NodeId id : graph_.topological_order()) {
    if (!plan(id).reason.empty()) nodes.emplace_back(graph_.node(id).name, plan(id).reason);
  }
  return nodes;
}

}  // namespace mote
