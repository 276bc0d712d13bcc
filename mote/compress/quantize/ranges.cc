#include "mote/compress/quantize/ranges.h"

#include <algorithm>
#include <memory>

#include "mote/compress/quantize/layers.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

// Weight of a new sample in the moving average. Source: Krishnamoorthi 2018, section 3.1.1 uses
// slow averages over batches; single samples of small calibration sets need a quicker one.
constexpr float kNewShare = 0.1f;

using Observations = std::map<int32_t, ValueObservation>;

struct Extremes {
  std::map<int32_t, RealRange> values;
};

class ValueWatcher {
 public:
  ValueWatcher(const Graph& graph, const CollectOptions& options)
      : graph_(graph), executor_(graph, options.exec) {}

  Extremes run(std::span<const Tensor> inputs) {
    Extremes extremes;
    executor_.reset();
    for (size_t i = 0; i < inputs.size(); ++i) look(graph_.inputs()[i], inputs[i].view(), extremes);
    executor_.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
      for (size_t i = 0; i < outputs.size(); ++i) look(node.outputs[i], outputs[i], extremes);
    });
    executor_.run(inputs);
    return extremes;
  }
  const std::map<int32_t, RangeHistogram>& histograms() const { return histograms_; }

 private:
  void look(ValueId id, const ConstTensorView& view, Extremes& extremes) {
    if (view.dtype != DataType::kF32) return;
    const std::span<const float> data = view.data<float>();
    histograms_[id.index].add(data);
    RealRange& range = extremes.values[id.index];
    for (const float v : data) range = {std::min(range.low, v), std::max(range.high, v)};
  }

  const Graph& graph_;
  Executor executor_;
  std::map<int32_t, RangeHistogram> histograms_;
};

void average(Observations& total, const Extremes& sample, bool first) {
  for (const auto& [index, range] : sample.values) {
    RealRange& average = total[index].moving_average;
    const float share = first ? 1.0f : kNewShare;
    average.low += share * (range.low - average.low);
    average.high += share * (range.high - average.high);
  }
}

RealRange intersect(const RealRange& range, float low, float high) {
  return {std::clamp(range.low, low, high), std::clamp(range.high, low, high)};
}

}  // namespace

Observations observe_values(const Graph& graph, const SampleSource& samples,
                            const CollectOptions& options, const Observer& observer) {
  std::vector<std::unique_ptr<ValueWatcher>> watchers(
      static_cast<size_t>(std::max(1, options.threads)));
  Observations total;
  stream_in_order<Extremes>(
      samples.count, {.threads = options.threads, .phase = "observe ranges"}, observer,
      [&](int64_t index, int worker) {
        auto& watcher = watchers[static_cast<size_t>(worker)];
        if (watcher == nullptr) watcher = std::make_unique<ValueWatcher>(graph, options);
        return watcher->run(samples.inputs(index, graph));
      },
      [&](int64_t index, Extremes&& extremes) { average(total, extremes, index == 0); });
  // Counts are integers: the order of merging does not matter.
  for (const auto& watcher : watchers) {
    if (watcher == nullptr) continue;
    for (const auto& [index, histogram] : watcher->histograms()) {
      total[index].histogram.merge(histogram);
    }
  }
  return total;
}

ValueRanges observed_ranges(const Graph& graph, const Observations& observations,
                            RangeMethod method, int levels) {
  ValueRanges ranges;
  for (const auto& [index, observation] : observations) {
    ranges[index] = method == RangeMethod::kMovingAverage
                        ? observation.moving_average
                        : observation.histogram.range(method, levels);
  }
  narrow_to_clamps(graph, ranges);
  return ranges;
}

ValueRanges ranges_from_statistics(const Graph& graph, const Statistics& statistics, float margin,
                                   const std::vector<RealRange>& inputs) {
  ValueRanges ranges;
  for (const auto& [index, moments] : statistics.values) {
    if (moments.low.empty()) continue;
    ranges[index] = {std::min(0.0f, moments.lowest() * margin),
                     std::max(0.0f, moments.highest() * margin)};
  }
  for (size_t i = 0; i < std::min(inputs.size(), graph.inputs().size()); ++i) {
    ranges[graph.inputs()[i].index] = inputs[i];
  }
  share_moved_ranges(graph, ranges);
  narrow_to_clamps(graph, ranges);
  return ranges;
}

bool moves_data(const Graph& graph, const Node& node) {
  if (node.op->quant == nullptr) return false;
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  return rule && rule->output == QuantRule::Output::kShared;
}

void share_moved_ranges(const Graph& graph, ValueRanges& ranges) {
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (!moves_data(graph, node)) continue;
    RealRange moved;
    for (const ValueId input : node.inputs) {
      const auto range = input.valid() ? ranges.find(input.index) : ranges.end();
      if (range == ranges.end()) continue;
      moved.low = std::min(moved.low, range->second.low);
      moved.high = std::max(moved.high, range->second.high);
    }
    for (const ValueId output : node.outputs) ranges[output.index] = moved;
  }
}

void narrow_to_clamps(const Graph& graph, ValueRanges& ranges) {
  const std::vector<NodeId> order = graph.topological_order();
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    for (const ValueId output : node.outputs) {
      const auto range = ranges.find(output.index);
      if (range == ranges.end()) continue;
      if (const std::optional<Activation> activation = fused_activation(node)) {
        const ClampRange clamp = clamp_range(*activation);
        range->second = intersect(range->second, clamp.low, clamp.high);
      }
    }
  }
  const std::vector<std::vector<NodeId>> readers = graph.consumers();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const Node& node = graph.node(*id);
    if (!is_op(node, "minimum")) continue;
    for (size_t i = 0; i < 2; ++i) {
      const Tensor* limit = constant_input(graph, node, i);
      if (limit == nullptr || limit->dtype() != DataType::kF32 || limit->elements() == 0) continue;
      const std::span<const float> limits = limit->data<float>();
      const float top = std::max(0.0f, *std::max_element(limits.begin(), limits.end()));
      const auto y = ranges.find(node.outputs[0].index);
      const auto x = ranges.find(node.inputs[1 - i].index);
      if (y == ranges.end() || x == ranges.end()) continue;
      y->second.high = std::min(y->second.high, top);
      const bool only_reader = readers[static_cast<size_t>(node.inputs[1 - i].index)].size() == 1;
      if (only_reader && !graph.is_output(node.inputs[1 - i])) x->second = y->second;
    }
  }
}

}  // namespace mote
