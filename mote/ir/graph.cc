#include "mote/ir/graph.h"

#include <algorithm>
#include <queue>

#include "mote/base/error.h"
#include "mote/ir/op_def.h"

namespace mote {

std::string to_string(const TensorType& type) {
  std::string text = fmt::format("{}{}", name(type.dtype), to_string(type.shape));
  if (type.quantization) text += "{" + to_string(*type.quantization) + "}";
  return text;
}

std::string Graph::unique_name(std::string name) const {
  if (!by_name_.contains(name)) return name;
  for (int suffix = 1;; ++suffix) {
    std::string candidate = fmt::format("{}_{}", name, suffix);
    if (!by_name_.contains(candidate)) return candidate;
  }
}

ValueId Graph::add_value(Value value) {
  value.name = unique_name(value.name.empty() ? "value" : std::move(value.name));
  const ValueId id{static_cast<int32_t>(values_.size())};
  by_name_.emplace(value.name, id);
  values_.push_back({std::move(value)});
  return id;
}

ValueId Graph::add_input(std::string name, TensorType type) {
  const ValueId id =
      add_value({.kind = ValueKind::kInput, .name = std::move(name), .type = std::move(type)});
  inputs_.push_back(id);
  return id;
}

ValueId Graph::add_constant(std::string name, Tensor tensor,
                            std::optional<Quantization> quantization) {
  return add_constant(std::move(name), std::make_shared<const Tensor>(std::move(tensor)),
                      std::move(quantization));
}

ValueId Graph::add_constant(std::string name, std::shared_ptr<const Tensor> tensor,
                            std::optional<Quantization> quantization) {
  TensorType type{tensor->dtype(), tensor->shape(), std::move(quantization)};
  return add_value({.kind = ValueKind::kConstant,
                    .name = std::move(name),
                    .type = std::move(type),
                    .constant = std::move(tensor)});
}

ValueId Graph::add_state(std::string name, Tensor initial,
                         std::optional<Quantization> quantization) {
  TensorType type{initial.dtype(), initial.shape(), std::move(quantization)};
  return add_value({.kind = ValueKind::kState,
                    .name = std::move(name),
                    .type = std::move(type),
                    .constant = std::make_shared<const Tensor>(std::move(initial))});
}

std::vector<ValueId> Graph::add_node(Node node, const OutputHints& hints) {
  if (node.name.empty()) node.name = std::string(node.op->name);
  // The default-constructed attributes stand for "the operator's defaults".
  if (node.attributes == Attributes{}) node.attributes = node.op->attributes;
  for (const ValueId input : node.inputs) {
    if (input.valid() && !contains(input)) {
      throw_error(ErrorKind::kInternal, "{}: input value {} does not exist", describe(node),
                  input.index);
    }
  }
  InferContext context(*this, node);
  with_context([&] { return describe(node); }, [&] { node.op->infer(context); });

  const NodeId id{static_cast<int32_t>(nodes_.size())};
  node.outputs.clear();
  for (size_t i = 0; i < context.outputs().size(); ++i) {
    const InferContext::Output& output = context.outputs()[i];
    TensorType type{output.dtype, output.shape};
    if (i < hints.quantization.size()) type.quantization = hints.quantization[i];
    std::string value_name = i < hints.names.size() ? hints.names[i] : std::string();
    if (value_name.empty()) value_name = i == 0 ? node.name : fmt::format("{}:{}", node.name, i);
    node.outputs.push_back(add_value({.kind = ValueKind::kComputed,
                                      .name = std::move(value_name),
                                      .type = std::move(type),
                                      .constant = nullptr,
                                      .producer = id,
                                      .output_index = static_cast<int>(i)}));
  }
  nodes_.push_back({std::move(node)});
  return nodes_.back().node.outputs;
}

bool Graph::contains(ValueId id) const {
  return id.valid() && static_cast<size_t>(id.index) < values_.size() &&
         values_[static_cast<size_t>(id.index)].live;
}

bool Graph::contains(NodeId id) const {
  return id.valid() && static_cast<size_t>(id.index) < nodes_.size() &&
         nodes_[static_cast<size_t>(id.index)].live;
}

const Value& Graph::value(ValueId id) const {
  if (!contains(id)) throw_error(ErrorKind::kInternal, "there is no value {}", id.index);
  return values_[static_cast<size_t>(id.index)].value;
}

const Node& Graph::node(NodeId id) const {
  if (!contains(id)) throw_error(ErrorKind::kInternal, "there is no node {}", id.index);
  return nodes_[static_cast<size_t>(id.index)].node;
}

Value& Graph::mutable_value(ValueId id) { return const_cast<Value&>(value(id)); }
Node& Graph::mutable_node(NodeId id) { return const_cast<Node&>(node(id)); }

std::vector<ValueId> Graph::values() const {
  std::vector<ValueId> ids;
  for (size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].live) ids.push_back({static_cast<int32_t>(i)});
  }
  return ids;
}

std::vector<NodeId> Graph::topological_order() const {
  // Kahn's algorithm with the lowest free id first.
  std::vector<int> missing(nodes_.size(), 0);
  std::vector<std::vector<int32_t>> dependents(nodes_.size());
  std::vector<int32_t> last_user_of_state(values_.size(), -1);
  const auto depend = [&](size_t node, int32_t on) {
    dependents[static_cast<size_t>(on)].push_back(static_cast<int32_t>(node));
    ++missing[node];
  };
  size_t live = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].live) continue;
    ++live;
    for (const ValueId input : nodes_[i].node.inputs) {
      if (!input.valid()) continue;
      const Value& source = value(input);
      if (source.kind == ValueKind::kComputed) depend(i, source.producer.index);
      if (source.kind == ValueKind::kState) {
        int32_t& last = last_user_of_state[static_cast<size_t>(input.index)];
        if (last >= 0 && last != static_cast<int32_t>(i)) depend(i, last);
        last = static_cast<int32_t>(i);
      }
    }
  }
  std::priority_queue<int32_t, std::vector<int32_t>, std::greater<>> ready;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].live && missing[i] == 0) ready.push(static_cast<int32_t>(i));
  }
  std::vector<NodeId> order;
  order.reserve(live);
  while (!ready.empty()) {
    const int32_t next = ready.top();
    ready.pop();
    order.push_back({next});
    for (const int32_t dependent : dependents[static_cast<size_t>(next)]) {
      if (--missing[static_cast<size_t>(dependent)] == 0) ready.push(dependent);
    }
  }
  if (order.size() != live) {
    throw_error(ErrorKind::kInvalidModel, "the graph has a cycle: {} of {} nodes cannot be ordered",
                live - order.size(), live);
  }
  return order;
}

std::vector<std::vector<NodeId>> Graph::consumers() const {
  std::vector<std::vector<NodeId>> result(values_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].live) continue;
    for (const ValueId input : nodes_[i].node.inputs) {
      if (input.valid()) {
        result[static_cast<size_t>(input.index)].push_back({static_cast<int32_t>(i)});
      }
    }
  }
  return result;
}

std::optional<ValueId> Graph::find_value(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

bool Graph::is_output(ValueId id) const {
  return std::find(outputs_.begin(), outputs_.end(), id) != outputs_.end();
}

void Graph::rename(ValueId id, std::string name) {
  Value& renamed = mutable_value(id);
  if (renamed.name == name) return;
  by_name_.erase(renamed.name);
  if (const auto holder = by_name_.find(name); holder != by_name_.end()) {
    const ValueId other = holder->second;
    Value& value = mutable_value(other);
    value.name = unique_name(name);
    by_name_.erase(name);
    by_name_.emplace(value.name, other);
  }
  by_name_.emplace(name, id);
  renamed.name = std::move(name);
}

void Graph::swap_names(ValueId a, ValueId b) {
  std::swap(mutable_value(a).name, mutable_value(b).name);
  by_name_[value(a).name] = a;
  by_name_[value(b).name] = b;
}

void Graph::replace_uses(ValueId from, ValueId to) {
  // An output's name belongs to the contract with the caller, not to the value behind it.
  if (is_output(from) && !is_output(to) && value(to).kind != ValueKind::kInput) {
    swap_names(from, to);
  }
  for (NodeSlot& slot : nodes_) {
    if (slot.live) std::replace(slot.node.inputs.begin(), slot.node.inputs.end(), from, to);
  }
  std::replace(outputs_.begin(), outputs_.end(), from, to);
  for (Signature& signature : signatures) {
    for (auto& [key, id] : signature.outputs) {
      if (id == from) id = to;
    }
  }
}

void Graph::remove_node(NodeId id) {
  for (const ValueId output : node(id).outputs) {
    ValueSlot& slot = values_[static_cast<size_t>(output.index)];
    by_name_.erase(slot.value.name);
    slot = {{}, false};
  }
  nodes_[static_cast<size_t>(id.index)] = {{}, false};
}

void Graph::remove_unused() {
  std::vector<bool> needed(values_.size(), false);
  for (const ValueId output : outputs_) needed[static_cast<size_t>(output.index)] = true;
  const auto touches_state = [&](const Node& node) {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
      return input.valid() && value(input).kind == ValueKind::kState;
    });
  };
  const std::vector<NodeId> order = topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const Node& node = this->node(*id);
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
      return needed[static_cast<size_t>(output.index)];
    });
    if (!used && !touches_state(node)) {
      remove_node(*id);
      continue;
    }
    for (const ValueId input : node.inputs) {
      if (input.valid()) needed[static_cast<size_t>(input.index)] = true;
    }
  }
  for (size_t i = 0; i < values_.size(); ++i) {
    const ValueKind kind = values_[i].value.kind;
    if (!values_[i].live || needed[i]) continue;
    if (kind != ValueKind::kConstant && kind != ValueKind::kState) continue;
    by_name_.erase(values_[i].value.name);
    values_[i] = {{}, false};
  }
}

void Graph::infer_types() {
  for (const NodeId id : topological_order()) {
    const Node& node = this->node(id);
    InferContext context(*this, node);
    with_context([&] { return describe(node); }, [&] { node.op->infer(context); });
    if (context.outputs().size() != node.outputs.size()) {
      throw_error(ErrorKind::kInternal, "{}: inference gives {} outputs, the node has {}",
                  describe(node), context.outputs().size(), node.outputs.size());
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      TensorType& type = mutable_value(node.outputs[i]).type;
      type.dtype = context.outputs()[i].dtype;
      type.shape = context.outputs()[i].shape;
    }
  }
}

}  // namespace mote
