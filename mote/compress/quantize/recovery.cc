#include "mote/compress/quantize/recovery.h"

#include <algorithm>

#include "mote/compress/quantize/analytic.h"
#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/dead_channels.h"
#include "mote/compress/quantize/overflow.h"
#include "mote/ir/graph_edit.h"

namespace mote {
namespace {

// Samples that candidates are measured on. More tell more, and cost time at every step.
constexpr int64_t kProbes = 32;
constexpr int64_t kSyntheticProbes = 8;
// Synthetic inputs reach less far into the tails than real ones: extremes get this much room, up to
// the bounds of clamps. On ImageNet models dead-leaves scenes understate the extremes of deep
// layers by 1.2 to 2 (docs/howto/quantize.md has the measurement).
constexpr float kSyntheticMargin = 1.7f;
// Memory that bias correction may hold in activations.
constexpr int64_t kCorrectionBytes = int64_t{24} << 20;
// A per-channel clip costs an operator per layer; it has to give at least this.
constexpr double kWorthAClipDb = 0.3;
// Cut ranges fit the samples they were cut for a little better than others: they have to give this.
constexpr double kWorthACutDb = 0.5;
// A step that leaves the float function alone and lets later ones work is not undone for less.
constexpr double kExactTolerance = 0.1;
// Sweeps of equalization where balancing follows anyway.
constexpr double kEqualizeTolerance = 1e-2;

int levels_of(QuantScheme scheme) {
  return scheme == QuantScheme::kInt16Activations ? 1 << 16 : 1 << 8;
}

void add_missing_biases(Graph& graph) {
  GraphEdit edit(graph);
  for (const Layer& layer : float_layers(graph)) {
    if (!layer.b.valid())
      set_bias(*edit, layer, std::vector<float>(static_cast<size_t>(layer.oc), 0.0f));
  }
  edit.commit();
}

std::string describe(const ClipCost& cost) {
  if (cost.clips == 0) return "no clips added";
  return fmt::format("{} MINIMUM added, {} bytes of limits, {} comparisons a call", cost.clips,
                     cost.constant_bytes, cost.elements);
}

}  // namespace

Recovery::Recovery(Inputs inputs, const QuantizeOptions& options, const Observer& observer)
    : inputs_(std::move(inputs)), options_(options), observer_(observer) {}

void Recovery::run() {
  start();
  zero_dead();
  rescale();
  absorb();
  choose_ranges();
  correct();
  prove_accumulators();
}

bool Recovery::skipped(std::string_view step) const {
  return std::find(options_.skip_steps.begin(), options_.skip_steps.end(), step) !=
         options_.skip_steps.end();
}

SampleSource Recovery::first_samples(int64_t count) const {
  SampleSource first = inputs_.samples;
  first.count = std::min(first.count, count);
  return first;
}

QuantizeGraphOptions Recovery::graph_options() const {
  return {.scheme = options_.scheme,
          .weights = options_.weights,
          .inputs = options_.inputs,
          .outputs = options_.outputs,
          .exclude = inputs_.exclude};
}

ValueRanges Recovery::default_ranges(const State& state) const {
  if (!inputs_.synthetic) return ranges_from_statistics(state.graph, state.statistics, 1.0f, {});
  std::vector<RealRange> declared = options_.input_ranges;
  declared.resize(state.graph.inputs().size(), {-1.0f, 1.0f});
  return ranges_from_statistics(state.graph, state.statistics, kSyntheticMargin, declared);
}

void Recovery::finish(State& state) const {
  state.integer = quantize_graph(state.graph, state.ranges, graph_options());
  state.fidelity = probe_->measure(state.integer.graph, observer_);
}

bool Recovery::record(QuantizeStep step, const Fidelity& next, const Fidelity& before,
                      double tolerance_db) {
  step.sqnr_db = next.sqnr_db;
  step.gain_db = next.sqnr_db - before.sqnr_db;
  step.agreement = next.agreement;
  step.top1 = next.top1;
  step.kept = step.gain_db >= -tolerance_db;
  steps_.push_back(std::move(step));
  return steps_.back().kept;
}

bool Recovery::offer(QuantizeStep step, State&& next, double tolerance_db) {
  if (!record(std::move(step), next.fidelity, best_.fidelity, tolerance_db)) return false;
  best_ = std::move(next);
  return true;
}

void Recovery::does_not_apply(std::string name, std::string why) {
  steps_.push_back({.name = std::move(name),
                    .detail = std::move(why),
                    .applies = false,
                    .kept = false,
                    .sqnr_db = best_.fidelity.sqnr_db,
                    .agreement = best_.fidelity.agreement,
                    .top1 = best_.fidelity.top1});
}

void Recovery::start() {
  best_.graph = inputs_.reference;
  add_missing_biases(best_.graph);
  best_.statistics =
      collect_statistics(best_.graph, inputs_.samples,
                         {.threads = options_.threads, .exec = options_.exec}, observer_);
  probe_.emplace(inputs_.reference, first_samples(inputs_.synthetic ? kSyntheticProbes : kProbes),
                 FidelityProbe::Options{options_.threads, options_.exec, options_.label_offset},
                 observer_);
  best_.ranges = default_ranges(best_);
  finish(best_);
  steps_.push_back({.name = "nearest",
                    .detail = "weights and activations rounded, smallest to largest value",
                    .sqnr_db = best_.fidelity.sqnr_db,
                    .agreement = best_.fidelity.agreement,
                    .top1 = best_.fidelity.top1});
}

void Recovery::zero_dead() {
  constexpr const char* kName = "zero-dead-channels";
  if (skipped(kName)) return;
  State next = best_;
  const DeadChannels dead = zero_dead_channels(next.graph);
  if (dead.zeroed + dead.folded == 0) return does_not_apply(kName, "no channel is dead");
  finish(next);
  offer({.name = kName,
         .detail = fmt::format("{} channels zeroed, {} constant ones moved into biases",
                               dead.zeroed, dead.folded)},
        std::move(next), kExactTolerance);
}

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

  // Needs no clips, or gives enough more.
  bool beats(const std::optional<Rescaling>& other) const {
    if (!other) return true;
    const bool saves_clips = cost.clips == 0 && other->cost.clips > 0;
    return fidelity.sqnr_db > other->fidelity.sqnr_db - (saves_clips ? kWorthAClipDb : 0.0);
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
  const State state = rescaled_state(problem, result.cost);
  result.fidelity = probe_->measure(state.integer.graph, observer_);
  const char* clip = problem.options.clip == ClipRule::kGuarded ? "scales limited by the clips"
                                                                : "clips per channel";
  result.detail = fmt::format("{}; {}, {}", found, clip, describe(result.cost));
  return result;
}

void Recovery::rescale() {
  const std::vector<Layer> layers = float_layers(best_.graph);
  if (layers.empty()) return does_not_apply("equalize", "there are no layers");
  std::vector<ClipRule> rules = {ClipRule::kPerChannel};
  if (std::any_of(layers.begin(), layers.end(),
                  [](const Layer& layer) { return layer.activation == Activation::kRelu6; })) {
    rules.push_back(ClipRule::kGuarded);
  }
  std::optional<Rescaling> equalized;
  std::optional<Rescaling> balanced;
  for (const ClipRule rule : rules) {
    ScalingProblem problem = problem_of(rule);
    if (!skipped("equalize")) {
      const EqualizeResult found = equalize(problem, {.tolerance = kEqualizeTolerance});
      Rescaling next =
          measured(problem, "equalize",
                   fmt::format("{} sweeps, last change {:.1e}", found.sweeps, found.last_change));
      if (next.beats(equalized)) equalized = std::move(next);
    }
    if (!skipped("balance-noise")) {
      const double variance = balance_noise(problem);
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
  if (taken == nullptr) return;
  ScalingProblem problem = problem_of(taken->clip);
  problem.log_scale = taken->log_scale;
  ClipCost cost;
  State state = rescaled_state(problem, cost);
  state.fidelity = taken->fidelity;
  best_ = std::move(state);
}

void Recovery::choose_ranges() {
  constexpr const char* kName = "ranges";
  if (skipped(kName)) return;
  if (inputs_.synthetic) {
    return does_not_apply(kName, "synthetic inputs give smallest and largest values, widened");
  }
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
  const bool kept = offer({.name = kName, .detail = name}, State(*chosen), -kWorthACutDb);
  if (kept) range_method_ = name;
  if (asked && !kept) {
    best_ = std::move(*chosen);
    steps_.back().kept = true;
    range_method_ = name;
  }
}

// In batches that fit into memory, each against the float network on the same samples; the biases
// are the averages. The last batch may be smaller and counts by its samples.
void Recovery::correct_biases(State& state) const {
  const CollectOptions collect{.threads = options_.threads, .exec = options_.exec};
  const int64_t total = inputs_.samples.count;
  const int64_t size = std::min(total, samples_within(state.integer.graph, kCorrectionBytes));
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

void Recovery::absorb() {
  constexpr const char* kName = "absorb-bias";
  if (skipped(kName)) return;
  State next;
  next.graph = best_.graph;
  const int64_t channels = absorb_high_biases(next.graph);
  if (channels == 0) {
    return does_not_apply(kName,
                          "no ReLU layer with batch norm statistics stays far above 0 before a "
                          "layer without padding");
  }
  next.statistics = collect_statistics(
      next.graph, inputs_.samples, {.threads = options_.threads, .exec = options_.exec}, observer_);
  next.ranges = default_ranges(next);
  finish(next);
  offer({.name = kName, .detail = fmt::format("{} channels", channels)}, std::move(next), 0.0);
}

// Changes the float biases, so that the empirical correction must not start from its result.
void Recovery::correct_analytically() {
  constexpr const char* kName = "correct-bias-analytic";
  if (skipped(kName)) return;
  State next = best_;
  const int64_t layers = correct_biases_analytically(next.graph, options_.weights);
  if (layers == 0) {
    return does_not_apply(
        kName, "no batch norm statistics: it was folded before the network was imported");
  }
  finish(next);
  offer({.name = kName, .detail = fmt::format("{} layers, from batch norm", layers)},
        std::move(next), 0.0);
}

void Recovery::prove_accumulators() {
  const OverflowReport report = check_accumulators(best_.integer.graph);
  if (report.layers_at_risk.empty()) {
    notes_.push_back(
        fmt::format("no int32 accumulator can overflow: the largest reaches {:.2g} % of its range, "
                    "over {} layers",
                    100.0 * report.largest_share, report.layers));
    return;
  }
  std::string names;
  for (const std::string& name : report.layers_at_risk) names += (names.empty() ? "" : ", ") + name;
  notes_.push_back(fmt::format("int32 accumulators could overflow for some inputs in: {}", names));
}

void Recovery::correct() {
  constexpr const char* kName = "correct-bias";
  State next = best_;
  correct_analytically();
  if (skipped(kName)) return;
  correct_biases(next);
  next.fidelity = probe_->measure(next.integer.graph, observer_);
  const int64_t count =
      std::min(inputs_.samples.count, samples_within(best_.integer.graph, kCorrectionBytes));
  offer({.name = kName,
         .detail = fmt::format("every layer in order, integer execution, {} samples, {} at a time",
                               inputs_.samples.count, count)},
        std::move(next), 0.0);
}

QuantizedGraph Recovery::without(const std::set<int32_t>& exclude) const {
  QuantizeGraphOptions options = graph_options();
  options.exclude.insert(exclude.begin(), exclude.end());
  State state = best_;
  state.integer = quantize_graph(state.graph, state.ranges, options);
  if (best_.corrected) correct_biases(state);
  return std::move(state.integer);
}

}  // namespace mote
