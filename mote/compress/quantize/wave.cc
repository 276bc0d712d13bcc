#include "mote/compress/quantize/wave.h"

#include <algorithm>
#include <memory>

#include "mote/base/parallel.h"

namespace mote {

Wave::Wave(const Graph& graph, const SampleSource& samples, const Options& options)
    : graph_(graph), options_(options), live_(static_cast<size_t>(samples.count)) {
  for (const ValueId id : graph.outputs()) ++uses_left_[id.index];
  for (const NodeId id : graph.topological_order()) {
    for (const ValueId input : graph.node(id).inputs) {
      if (input.valid()) ++uses_left_[input.index];
    }
  }
  parallel_for(samples.count, options.threads, [&](int64_t index, int) {
    std::vector<Tensor> inputs = samples.inputs(index, graph);
    for (size_t i = 0; i < inputs.size(); ++i) {
      live_[static_cast<size_t>(index)].emplace(graph.inputs()[i].index, std::move(inputs[i]));
    }
  });
}

const Tensor& Wave::value(int64_t index, ValueId id) const {
  return live_[static_cast<size_t>(index)].at(id.index);
}

// A graph of that node alone; `fed` are the activations it reads, in order of its inputs.
Graph Wave::single(NodeId id, std::vector<ValueId>& fed) const {
  const Node& node = graph_.node(id);
  Graph single;
  Node copy = node;
  copy.outputs.clear();
  std::vector<ValueId> seen;
  std::vector<ValueId> made;
  for (ValueId& input : copy.inputs) {
    if (!input.valid()) continue;
    const Value& value = graph_.value(input);
    const auto found = std::find(seen.begin(), seen.end(), input);
    if (found != seen.end()) {
      input = made[static_cast<size_t>(found - seen.begin())];
      continue;
    }
    seen.push_back(input);
    if (value.kind == ValueKind::kConstant) {
      input = single.add_constant(value.name, value.constant, value.type.quantization);
    } else {
      fed.push_back(input);
      TensorType type = value.type;
      type.shape = live_.front().at(input.index).shape();
      input = single.add_input(value.name, type);
    }
    made.push_back(input);
  }
  Graph::OutputHints hints;
  for (const ValueId output : node.outputs) {
    hints.names.push_back(graph_.value(output).name);
    hints.quantization.push_back(graph_.value(output).type.quantization);
  }
  single.set_outputs(single.add_node(std::move(copy), hints));
  return single;
}

void Wave::run(NodeId id) {
  if (live_.empty()) return;
  const Node& node = graph_.node(id);
  std::vector<ValueId> fed;
  const Graph one = single(id, fed);
  const std::vector<ValueId> dead = last_uses(node);
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options_.threads)));
  parallel_for(size(), options_.threads, [&](int64_t index, int worker) {
    auto& executor = executors[static_cast<size_t>(worker)];
    if (executor == nullptr) executor = std::make_unique<Executor>(one, options_.exec);
    std::map<int32_t, Tensor>& live = live_[static_cast<size_t>(index)];
    std::vector<Tensor> inputs;
    for (const ValueId input : fed) {
      Tensor& value = live.at(input.index);
      const bool dies = std::find(dead.begin(), dead.end(), input) != dead.end();
      inputs.push_back(dies ? std::move(value) : value);
    }
    std::vector<Tensor> outputs = executor->run(inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      live.insert_or_assign(node.outputs[i].index, std::move(outputs[i]));
    }
    for (const ValueId value : dead) live.erase(value.index);
  });
}

// The values that nobody reads after this node, which counts as having run.
std::vector<ValueId> Wave::last_uses(const Node& node) {
  std::vector<ValueId> dead;
  for (const ValueId input : node.inputs) {
    if (input.valid() && --uses_left_[input.index] == 0) dead.push_back(input);
  }
  for (const ValueId output : node.outputs) {
    if (uses_left_[output.index] == 0) dead.push_back(output);
  }
  return dead;
}

}  // namespace mote
