#include "mote/compress/quantize/recovery.h"

#include <algorithm>

#include "mote/compress/quantize/analytic.h"
#include "mote/compress/quantize/dead_channels.h"
#include "mote/compress/quantize/overflow.h"
#include "mote/ir/graph_edit.h"

namespace mote {
namespace {

// Samples that candidates are measured on. More tell more, and cost time at every step.
constexpr int64_t kProbes = 32;
constexpr int64_t kSyntheticProbes = 8;
// Synthetic inputs are few: biases are corrected in so much of the memory that samples get.
constexpr int64_t kSyntheticShare = 2;
// A step that leaves the float function alone and lets later ones work is not undone for less.
constexpr double kExactTolerance = 0.1;

DataType activation_type(QuantScheme scheme) {
  return scheme == QuantScheme::kInt16Activations ? DataType::kI16 : DataType::kI8;
}

void add_missing_biases(Graph& graph) {
  GraphEdit edit(graph);
  for (const Layer& layer : float_layers(graph)) {
    if (!layer.b.valid())
      set_bias(*edit, layer, std::vector<float>(static_cast<size_t>(layer.oc), 0.0f));
  }
  edit.commit();
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

bool Recovery::lacks_statistics(const char* step) {
  const std::vector<NodeId> nodes = best_.graph.topological_order();
  if (std::any_of(nodes.begin(), nodes.end(),
                  [&](NodeId id) { return best_.graph.node(id).statistics != nullptr; })) {
    return false;
  }
  does_not_apply(step,
                 "no batch norm statistics: there is none, or it was folded before the network was "
                 "imported");
  return true;
}

SampleSource Recovery::first_samples(int64_t count) const {
  SampleSource first = inputs_.samples;
  first.count = std::min(first.count, count);
  return first;
}

CollectOptions Recovery::collect_options() const {
  return {.threads = options_.threads, .exec = options_.exec, .batches = batches_};
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
  return ranges_from_statistics(state.graph, state.statistics, options_.method.synthetic_margin,
                                declared);
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
  batches_ = correction_batches(
      best_.graph, activation_type(options_.scheme), inputs_.samples.count,
      options_.method.correction_bytes / (inputs_.synthetic ? kSyntheticShare : 1));
  const SampleSource probes = first_samples(inputs_.synthetic ? kSyntheticProbes : kProbes);
  std::vector<Answer> answers;
  CollectOptions collect = collect_options();
  collect.answer_count = probes.count;
  collect.answered = [&](Answer&& answer) { answers.push_back(std::move(answer)); };
  best_.statistics = collect_statistics(best_.graph, inputs_.samples, collect, observer_);
  probe_.emplace(std::move(answers), probes,
                 FidelityProbe::Options{options_.threads, options_.exec, options_.label_offset});
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

void Recovery::absorb() {
  constexpr const char* kName = "absorb-bias";
  if (skipped(kName) || lacks_statistics(kName)) return;
  State next;
  next.graph = best_.graph;
  const int64_t channels = absorb_high_biases(next.graph);
  if (channels == 0) {
    return does_not_apply(kName,
                          "no ReLU layer stays far above 0, by batch norm's statistics, before a "
                          "layer without padding");
  }
  next.statistics = collect_statistics(next.graph, inputs_.samples, collect_options(), observer_);
  next.ranges = default_ranges(next);
  finish(next);
  offer({.name = kName, .detail = fmt::format("{} channels", channels)}, std::move(next), 0.0);
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

QuantizedGraph Recovery::without(const std::set<int32_t>& exclude) const {
  QuantizeGraphOptions options = graph_options();
  options.exclude.insert(exclude.begin(), exclude.end());
  State state = best_;
  state.integer = quantize_graph(state.graph, state.ranges, options);
  if (best_.corrected) correct_biases(state.integer, targets_of(state));
  return std::move(state.integer);
}

}  // namespace mote
