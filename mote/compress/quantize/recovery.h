// The steps between a float network and its best integer form, each measured and kept if it helps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/fidelity.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/compress/quantize/scaling.h"
#include "mote/compress/quantize/statistics.h"

namespace mote {

class Recovery {
 public:
  struct Inputs {
    const Graph& reference;  ///< float, after exact passes
    SampleSource samples;    ///< real or synthetic
    bool synthetic = false;
    std::set<int32_t> exclude = {};  ///< nodes of the reference that stay float
  };

  Recovery(Inputs inputs, const QuantizeOptions& options, const Observer& observer);

  /// All steps. Throws what running the graph throws.
  void run();

  const std::vector<QuantizeStep>& steps() const { return steps_; }
  const Fidelity& fidelity() const { return best_.fidelity; }
  const QuantizedGraph& integer() const { return best_.integer; }
  const std::vector<std::string>& notes() const { return notes_; }
  /// With samples the method, without them how many ranges come from which source.
  const std::string& range_method() const { return range_method_; }
  const FidelityProbe& probe() const { return *probe_; }
  /// The integer graph with more nodes left float; `exclude` are nodes of the reference.
  QuantizedGraph without(const std::set<int32_t>& exclude) const;

 private:
  // A float network that computes what the reference does, and what follows from it.
  struct State {
    Graph graph;
    Statistics statistics;
    ValueRanges ranges;
    QuantizedGraph integer;
    Fidelity fidelity;
    bool corrected = false;
  };

  void start();
  void zero_dead();
  void rescale();
  void absorb();
  void choose_ranges();
  void predict_ranges();
  void correct();
  void correct_analytically();
  void prove_accumulators();

  bool skipped(std::string_view step) const;
  /// Records that the step does not apply where the network has no batch norm statistics.
  bool lacks_statistics(const char* step);
  /// Quantizes and measures.
  void finish(State& state) const;
  /// By batch.
  using BiasTargets = std::vector<std::map<int32_t, BiasTarget>>;
  BiasTargets targets_of(const State& state) const;
  void correct_biases(QuantizedGraph& integer, const BiasTargets& targets) const;
  ValueRanges default_ranges(const State& state) const;
  struct Rescaling;
  ScalingProblem problem_of(ClipRule clip) const;
  State rescaled_state(const ScalingProblem& problem, ClipCost& cost) const;
  Rescaling measured(const ScalingProblem& problem, std::string step,
                     const std::string& found) const;
  /// Adds the step to the report; whether it is no worse than `before` by `tolerance_db`.
  bool record(QuantizeStep step, const Fidelity& next, const Fidelity& before, double tolerance_db);
  /// Records the step and keeps `next` when it is no worse than by `tolerance_db`.
  bool offer(QuantizeStep step, State&& next, double tolerance_db);
  void does_not_apply(std::string name, std::string why);
  QuantizeGraphOptions graph_options() const;
  SampleSource first_samples(int64_t count) const;
  CollectOptions collect_options() const;

  Inputs inputs_;
  const QuantizeOptions& options_;
  const Observer& observer_;
  std::optional<FidelityProbe> probe_;
  std::vector<std::vector<int64_t>> batches_;  // samples that biases are corrected on
  State best_;
  std::vector<QuantizeStep> steps_;
  std::vector<std::string> notes_;
  std::string range_method_ = "minmax";
};

}  // namespace mote
