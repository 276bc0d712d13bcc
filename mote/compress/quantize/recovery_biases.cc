// Recovery's bias corrections: from batch norm's statistics, then from samples.
#include <algorithm>

#include "mote/compress/quantize/analytic.h"
#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/recovery.h"

namespace mote {

Recovery::BiasTargets Recovery::targets_of(const State& state) const {
  BiasTargets targets;
  for (const auto& taps : state.statistics.taps) {
    targets.push_back(bias_targets(state.integer.graph, state.graph, state.integer.node_of, taps));
  }
  return targets;
}

// In batches that fit into memory, each against the float network on the same samples; the biases
// are the averages. Batches count by their samples.
void Recovery::correct_biases(QuantizedGraph& integer, const BiasTargets& targets) const {
  double total = 0.0;
  for (const std::vector<int64_t>& batch : batches_) total += static_cast<double>(batch.size());
  Biases mean;
  for (size_t b = 0; b < batches_.size(); ++b) {
    SampleSource batch = inputs_.samples;
    batch.count = static_cast<int64_t>(batches_[b].size());
    batch.inputs = [this, b](int64_t index, const Graph& graph) {
      return inputs_.samples.inputs(batches_[b][static_cast<size_t>(index)], graph);
    };
    Graph corrected = integer.graph;
    const Biases biases =
        correct_bias(corrected, targets[b], batch,
                     {.threads = options_.threads, .exec = options_.exec}, observer_);
    const double share = static_cast<double>(batch.count) / total;
    for (const auto& [node, bias] : biases) {
      std::vector<double>& to = mean[node];
      to.resize(bias.size(), 0.0);
      for (size_t o = 0; o < bias.size(); ++o) to[o] += share * bias[o];
    }
  }
  store_biases(integer.graph, mean);
}

// Changes the float biases, so that the empirical correction must not start from its result.
void Recovery::correct_analytically() {
  constexpr const char* kName = "correct-bias-analytic";
  if (skipped(kName) || lacks_statistics(kName)) return;
  State next = best_;
  const int64_t layers = correct_biases_analytically(next.graph, options_.weights);
  if (layers == 0) {
    return does_not_apply(kName, "batch norm's statistics tell the mean input of no layer");
  }
  finish(next);
  offer({.name = kName, .detail = fmt::format("{} layers, from batch norm", layers)},
        std::move(next), 0.0);
}

void Recovery::correct() {
  constexpr const char* kName = "correct-bias";
  State next = best_;
  correct_analytically();
  if (skipped(kName)) return;
  const BiasTargets targets = targets_of(next);
  // The float networks are done with, unless layers shall stay float (see `without`).
  if (!options_.max_drop) next.graph = best_.graph = Graph();
  correct_biases(next.integer, targets);
  next.corrected = true;
  next.fidelity = probe_->measure(next.integer.graph, observer_);
  int64_t samples = 0;
  for (const std::vector<int64_t>& batch : batches_) samples += static_cast<int64_t>(batch.size());
  offer({.name = kName,
         .detail = fmt::format("every layer in order, integer execution, {} samples, {} at a time",
                               samples, batches_.front().size())},
        std::move(next), 0.0);
}

}  // namespace mote
