// Recovery's scaling of channels: equalization, then balanced noise.
#include <algorithm>
#include <limits>
#include <utility>

#include "mote/compress/quantize/recovery.h"

namespace mote {
namespace {

// A per-channel clip costs an operator per layer; it has to give at least this.
constexpr double kWorthAClipDb = 0.3;
// Equalized scales with so many times the predicted noise of others are not measured.
constexpr double kHopeless = 100.0;
// Sweeps of equalization where balancing follows anyway.
constexpr double kEqualizeTolerance = 1e-2;

// The scales with less predicted noise of the problem's own and others.
void start_from_better(ScalingProblem& problem, const std::vector<double>& others) {
  const double own_noise = predicted_noise(problem);
  std::vector<double> own = std::exchange(problem.log_scale, others);
  if (predicted_noise(problem) >= own_noise) problem.log_scale = std::move(own);
}

std::string describe(const ClipCost& cost) {
  if (cost.clips == 0) return "no clips added";
  return fmt::format("{} MINIMUM added, {} bytes of limits, {} comparisons a call", cost.clips,
                     cost.constant_bytes, cost.elements);
}

}  // namespace

Recovery::State Recovery::rescaled_state(const ScalingProblem& problem, ClipCost& cost) const {
  State next;
  next.graph = best_.graph;
  cost = apply_scales(next.graph, problem);
  next.statistics = scaled_statistics(best_.statistics, problem);
  // A clip's result has the statistics of the value it took the name of; before it, a ReLU.
  for (const ValueId id : next.graph.values()) {
    const Value& value = next.graph.value(id);
    if (value.kind != ValueKind::kComputed || next.statistics.values.contains(id.index)) continue;
    const Node& node = next.graph.node(value.producer);
    const auto from = next.statistics.values.find(node.inputs.front().index);
    if (from != next.statistics.values.end()) next.statistics.values[id.index] = from->second;
  }
  next.ranges = default_ranges(next);
  next.integer = quantize_graph(next.graph, next.ranges, graph_options());
  return next;
}

// A way to scale channels and what it gave. Its network is made again when it is taken: holding the
// weights of all of them would take several times the memory of the model.
struct Recovery::Rescaling {
  std::string step;
  ClipRule clip = ClipRule::kPerChannel;
  std::vector<double> log_scale;
  std::string detail;
  ClipCost cost;
  Fidelity fidelity;

  // Clips have to give enough more.
  bool beats(const std::optional<Rescaling>& other) const {
    if (!other) return true;
    const double price =
        (cost.clips > 0 ? kWorthAClipDb : 0.0) - (other->cost.clips > 0 ? kWorthAClipDb : 0.0);
    return fidelity.sqnr_db > other->fidelity.sqnr_db + price;
  }
};

ScalingProblem Recovery::problem_of(ClipRule clip) const {
  return scaling_problem(best_.graph, best_.statistics,
                         {.weights = options_.weights, .clip = clip});
}

Recovery::Rescaling Recovery::measured(const ScalingProblem& problem, std::string step,
                                       const std::string& found) const {
  Rescaling result{
      .step = std::move(step), .clip = problem.options.clip, .log_scale = problem.log_scale};
  // The scaled float weights are gone before the measurement.
  const Graph integer = std::move(rescaled_state(problem, result.cost).integer.graph);
  result.fidelity = probe_->measure(integer, observer_);
  const char* clip = problem.options.clip == ClipRule::kGuarded ? "scales limited by the clips"
                                                                : "clips per channel";
  result.detail = fmt::format("{}; {}, {}", found, clip, describe(result.cost));
  return result;
}

void Recovery::rescale() {
  const std::vector<Layer> layers = float_layers(best_.graph);
  if (layers.empty()) return does_not_apply("equalize", "there are no layers");
  std::vector<ClipRule> rules;
  if (std::any_of(layers.begin(), layers.end(),
                  [](const Layer& layer) { return layer.activation == Activation::kRelu6; })) {
    rules.push_back(ClipRule::kGuarded);
  }
  rules.push_back(ClipRule::kPerChannel);
  std::optional<Rescaling> equalized;
  double equalized_noise = std::numeric_limits<double>::infinity();
  std::optional<Rescaling> balanced;
  std::vector<double> start;  // the best scales so far, which every later rule allows
  best_.integer = {};         // room for those of other scales
  for (const ClipRule rule : rules) {
    ScalingProblem problem = problem_of(rule);
    if (start.empty()) start = problem.log_scale;
    if (!skipped("equalize")) {
      const EqualizeResult found = equalize(problem, {.tolerance = kEqualizeTolerance});
      const double noise = predicted_noise(problem);
      if (noise < kHopeless * equalized_noise) {
        Rescaling next =
            measured(problem, "equalize",
                     fmt::format("{} sweeps, last change {:.1e}", found.sweeps, found.last_change));
        if (next.beats(equalized)) {
          equalized = std::move(next);
          equalized_noise = noise;
        }
      }
    }
    if (!skipped("balance-noise")) {
      start_from_better(problem, start);
      const double variance = balance_noise(problem);
      start = problem.log_scale;
      Rescaling next =
          measured(problem, "balance-noise", fmt::format("predicted noise {:.3g}", variance));
      if (next.beats(balanced)) balanced = std::move(next);
    }
  }
  const Rescaling* taken = nullptr;
  Fidelity before = best_.fidelity;
  for (const std::optional<Rescaling>* way : {&equalized, &balanced}) {
    if (!*way) continue;
    if (record({.name = (*way)->step, .detail = (*way)->detail}, (*way)->fidelity, before, 0.0)) {
      taken = &**way;
      before = taken->fidelity;
    }
  }
  if (taken == nullptr) {
    best_.integer = quantize_graph(best_.graph, best_.ranges, graph_options());
    return;
  }
  ScalingProblem problem = problem_of(taken->clip);
  problem.log_scale = taken->log_scale;
  ClipCost cost;
  State state = rescaled_state(problem, cost);
  state.fidelity = taken->fidelity;
  best_ = std::move(state);
}

}  // namespace mote
