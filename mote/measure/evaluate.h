// How right a model is on samples, alone and beside a reference model.
//
//   Evaluation result = evaluate_model(graph, samples, {.reference = &float_graph}, observer);
//   result.top1; result.reference->difference;
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mote/data/dataset_spec.h"
#include "mote/exec/executor.h"
#include "mote/measure/samples.h"

namespace mote {

struct EvaluateOptions {
  /// kClassification: output 0 holds a score per class. kAnomaly: an autoencoder; the mean squared
  /// error of output 0 against input 0 is the score, label 1 an anomaly. kReconstruction: no right
  /// and wrong, only the comparison with a reference. kUnlabelled: agreement with the reference
  /// only.
  data::Task task = data::Task::kClassification;
  const Graph* reference = nullptr;
  ExecOptions exec = {};
  std::optional<ExecOptions> reference_exec = {};  ///< absent: as `exec`
  int threads = 1;
  /// Added to labels before they are compared with classes: 1 where class 0 is a background.
  int64_t label_offset = 0;
  /// The same for the reference model.
  int64_t reference_label_offset = 0;
  /// Samples whose inputs the model was calibrated on are an error unless this is set.
  bool allow_overlap = false;
  /// Sees the outputs of every sample, in order.
  std::function<void(int64_t index, std::span<const Tensor> outputs)> on_outputs = {};
};

struct ReferenceComparison {
  int64_t correct = 0;          ///< of the reference
  double top1 = 0.0;            ///< of the reference, a share
  double agreement = 0.0;       ///< share of samples where both choose the same class
  double difference = 0.0;      ///< top1 of the model minus that of the reference, a share
  double standard_error = 0.0;  ///< of that difference, paired by sample
  double output_sqnr_db = 0.0;  ///< of all outputs of the model against the reference's
};

struct Evaluation {
  int64_t total = 0;
  int64_t labelled = 0;  ///< samples with a label; the others count for agreement only
  int64_t correct = 0;
  int64_t correct_top5 = 0;
  double top1 = 0.0;  ///< correct / labelled, a share
  double top5 = 0.0;
  std::optional<double> auc;
  std::optional<ReferenceComparison> reference;
};

/// Runs every sample through the model (and the reference). The result does not depend on the
/// number of threads. Throws kInvalidArgument when there are no samples, when a sample does not fit
/// the model (naming both shapes) or when it is one that the model was calibrated on.
Evaluation evaluate_model(const Graph& graph, const SampleSource& samples,
                          const EvaluateOptions& options, const Observer& observer);

}  // namespace mote
