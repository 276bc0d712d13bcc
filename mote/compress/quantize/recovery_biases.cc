// Recovery's bias corrections: from batch norm's statistics, then from samples.
#include <algorithm>

#include "mote/compress/quantize/analytic.h"
#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/recovery.h"

namespace mote {
// In batches that fit into memory, each against the float network on the same samples; the biases
// are the averages. The last batch may be smaller and counts by its samples.
void Recovery::correct_biases(State& state) const {
  const CollectOptions collect{.threads = options_.threads, .exec = options_.exec};
  const int64_t total = inputs_.samples.count;
  const int64_t size =
      std::min(total, samples_within(state.integer.graph, options_.method.correction_bytes));
  std::map<int32_t, std::vector<double>> mean;
  for (int64_t first = 0; first < total; first += size) {
    SampleSource batch = inputs_.samples;
    batch.count = std::min(size, total - first);
    batch.inputs = [this, first](int64_t index, const Graph& graph) {
      return inputs_.samples.inputs(first + index, graph);
    };
    const Statistics statistics =
        size == total ? Statistics{} : collect_statistics(state.graph, batch, collect, observer_);
    Graph corrected = state.integer.graph;
    const CorrectBiasResult result =
        correct_bias(corrected, state.graph, state.integer.node_of,
                     size == total ? state.statistics : statistics, batch,
                     {.threads = options_.threads, .exec = options_.exec}, observer_);
    const double share = static_cast<double>(batch.count) / static_cast<double>(total);
    for (const auto& [node, bias] : result.biases) {
      std::vector<double>& to = mean[node];
      to.resize(bias.size(), 0.0);
      for (size_t o = 0; o < bias.size(); ++o) to[o] += share * bias[o];
    }
  }
  store_biases(state.integer.graph, mean);
  state.corrected = true;
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
  correct_biases(next);
  next.fidelity = probe_->measure(next.integer.graph, observer_);
  const int64_t count = std::min(
      inputs_.samples.count, samples_within(best_.integer.graph, options_.method.correction_bytes));
  offer({.name = kName,
         .detail = fmt::format("every layer in order, integer execution, {} samples, {} at a time",
                               inputs_.samples.count, count)},
        std::move(next), 0.0);
}

}  // namespace mote
