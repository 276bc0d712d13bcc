// Recovery's choice of activation ranges.
#include <algorithm>

#include "mote/compress/quantize/predicted_ranges.h"
#include "mote/compress/quantize/recovery.h"

namespace mote {
namespace {

// What batch norm's ranges may cost on synthetic inputs: half a bit of resolution.
constexpr double kRoomDb = 3.0;

int levels_of(QuantScheme scheme) {
  return scheme == QuantScheme::kInt16Activations ? 1 << 16 : 1 << 8;
}

}  // namespace

// Judged on synthetic inputs, which reach less far than what batch norm saw in training: they show
// what its ranges cost, not what they save.
void Recovery::predict_ranges() {
  const auto described = [this](const ValueRanges& ranges, Prediction prediction) {
    return describe_sources(range_sources(best_.graph, ranges, prediction));
  };
  range_method_ = described(best_.ranges, Prediction::kNone);
  if (skipped("ranges")) return;
  if (lacks_statistics("ranges")) {
    steps_.back().detail += "; " + range_method_;
    return;
  }
  std::optional<State> chosen;
  std::string found;
  for (const Prediction prediction : {Prediction::kBatchNorm, Prediction::kPropagated}) {
    State next;
    next.graph = best_.graph;
    next.statistics = best_.statistics;
    next.ranges = predicted_ranges(next.graph, best_.ranges, prediction);
    if (chosen && next.ranges == chosen->ranges) continue;
    finish(next);
    if (chosen && next.fidelity.sqnr_db < chosen->fidelity.sqnr_db) continue;
    found = described(next.ranges, prediction);
    chosen = std::move(next);
  }
  if (offer({.name = "ranges", .detail = found}, std::move(*chosen), kRoomDb))
    range_method_ = found;
}

void Recovery::choose_ranges() {
  constexpr const char* kName = "ranges";
  if (inputs_.synthetic) return predict_ranges();
  if (skipped(kName)) return;
  const auto observations =
      observe_values(best_.graph, inputs_.samples,
                     {.threads = options_.threads, .exec = options_.exec}, observer_);
  std::vector<RangeMethod> methods = {options_.ranges};
  if (options_.ranges == RangeMethod::kAuto) {
    methods = {RangeMethod::kPercentile, RangeMethod::kMse, RangeMethod::kEntropy};
  }
  std::optional<State> chosen;
  std::string name;
  for (const RangeMethod method : methods) {
    State next;
    next.graph = best_.graph;
    next.statistics = best_.statistics;
    next.ranges = observed_ranges(next.graph, observations, method, levels_of(options_.scheme));
    finish(next);
    if (chosen && next.fidelity.sqnr_db <= chosen->fidelity.sqnr_db) continue;
    chosen = std::move(next);
    name = mote::name(method);
  }
  const bool asked = options_.ranges != RangeMethod::kAuto;
  // Cut ranges fit the samples they were cut for a little better than others.
  const bool kept =
      offer({.name = kName, .detail = name}, State(*chosen), -options_.method.worth_a_cut_db);
  if (kept) range_method_ = name;
  if (asked && !kept) {
    best_ = std::move(*chosen);
    steps_.back().kept = true;
    range_method_ = name;
  }
}

}  // namespace mote
