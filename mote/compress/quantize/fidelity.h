// How close an integer network is to the float one, without labels.
#pragma once

#include <optional>
#include <span>
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

/// What a network answers to one sample, as it is judged: all outputs in order.
struct Answer {
  std::vector<float> outputs;
  size_t first_size = 0;  ///< elements of output 0
};

/// Reads the answer off one run of a graph: `look` is called by the executor's hook.
class AnswerReader {
 public:
  /// `graph` must outlive the reader.
  explicit AnswerReader(const Graph& graph);
  void look(const Node& node, std::span<const ConstTensorView> outputs);
  /// `outputs` are those of the run.
  Answer finish(std::span<const Tensor> outputs);

 private:
  const Graph& graph_;
  std::vector<ValueId> judged_;  // by output
  std::vector<std::vector<float>> found_;
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
  /// With the answers of the reference, one for each sample.
  FidelityProbe(std::vector<Answer> expected, const SampleSource& samples, const Options& options);

  /// `graph` has the inputs of the reference, whatever their types.
  Fidelity measure(const Graph& graph, const Observer& observer) const;
  /// Right answers of the reference, a share; nothing without labels.
  std::optional<double> reference_top1() const { return reference_top1_; }
  int64_t size() const { return samples_.count; }

 private:
  std::optional<bool> right(int64_t index, const Answer& answer) const;
  void count_right();
  struct Entry;
  /// Makes room for inputs of these types where they fit.
  void prepare_kept(const Graph& inner) const;
  std::vector<Tensor> inputs_of(int64_t index, const Entry& entry) const;

  SampleSource samples_;
  Options options_;
  std::vector<Answer> expected_;  // by sample
  // Inputs of the graph measured last, quantized, by sample: most graphs take the same, and making
  // them (decoding, resizing, quantizing) takes longer than some networks.
  mutable std::vector<TensorType> kept_types_;
  mutable std::vector<std::vector<Tensor>> kept_;
  std::optional<double> reference_top1_;
};

}  // namespace mote
