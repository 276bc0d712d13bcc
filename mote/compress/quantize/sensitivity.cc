#include "mote/compress/quantize/sensitivity.h"

#include <algorithm>

namespace mote {
namespace {

struct Ranked {
  int32_t node = 0;
  double sqnr_db = 0.0;
};

// What leaving each layer float, alone, would give; best first.
std::vector<Ranked> rank_layers(const Recovery& recovery, const Graph& reference,
                                const Observer& observer) {
  std::vector<Ranked> ranked;
  const std::vector<Layer> layers = float_layers(reference);
  for (size_t i = 0; i < layers.size(); ++i) {
    observer.check_cancelled();
    observer.report("sensitivity", static_cast<int64_t>(i), static_cast<int64_t>(layers.size()));
    const int32_t node = layers[i].node.index;
    const QuantizedGraph integer = recovery.without({node});
    ranked.push_back({node, recovery.probe().measure(integer.graph, observer).sqnr_db});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.sqnr_db > b.sqnr_db; });
  return ranked;
}

}  // namespace

double drop_of(const Fidelity& fidelity, const FidelityProbe& probe) {
  constexpr double kPoints = 100.0;
  if (probe.reference_top1() && fidelity.top1)
    return kPoints * (*probe.reference_top1() - *fidelity.top1);
  return kPoints * (1.0 - fidelity.agreement);
}

MaxDropResult meet_max_drop(const Recovery& recovery, const Graph& reference, double max_drop,
                            const Observer& observer) {
  MaxDropResult result;
  result.integer = recovery.integer();
  result.fidelity = recovery.fidelity();
  result.drop = drop_of(result.fidelity, recovery.probe());
  result.met = result.drop <= max_drop;
  if (result.met) return result;
  for (const Ranked& layer : rank_layers(recovery, reference, observer)) {
    observer.check_cancelled();
    result.excluded.insert(layer.node);
    result.integer = recovery.without(result.excluded);
    result.fidelity = recovery.probe().measure(result.integer.graph, observer);
    result.drop = drop_of(result.fidelity, recovery.probe());
    result.met = result.drop <= max_drop;
    if (result.met) break;
  }
  return result;
}

}  // namespace mote
