// How close an integer network is to the float one, without labels.
#pragma once

#include <optional>
#include <vector>

#include "mote/base/progress.h"
#include "mote/exec/executor.h"
#include "mote/measure/samples.h"

namespace mote {

struct Fidelity {
  double sqnr_db = 0.0;        ///< of all outputs, of a softmax of its input
  double agreement = 0.0;      ///< share of samples where output 0 has the same largest element
  std::optional<double> top1;  ///< share of right answers, where samples have labels
};

/// The float network's answers on a set of samples, kept to compare others with.
class FidelityProbe {
 public:
  struct Options {
    int threads = 1;
    ExecOptions exec = {};
    int64_t label_offset = 0;  ///< added to labels before they are compared with classes
  };

  FidelityProbe(const Graph& reference, const SampleSource& samples, const Options& options,
                const Observer& observer);

  /// `graph` has the inputs of the reference, whatever their types.
  Fidelity measure(const Graph& graph, const Observer& observer) const;
  /// Right answers of the reference, a share; nothing without labels.
  std::optional<double> reference_top1() const { return reference_top1_; }
  int64_t size() const { return samples_.count; }

 private:
  std::optional<bool> right(int64_t index, std::span<const float> scores) const;

  SampleSource samples_;
  Options options_;
  std::vector<std::vector<float>> outputs_;  // by sample, all outputs in order
  std::vector<size_t> first_size_;           // elements of output 0
  std::optional<double> reference_top1_;
};

}  // namespace mote
