// How right a model is on a dataset, alone and beside a reference.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mote/api/requests.h"
#include "mote/measure/evaluate.h"

namespace mote {

struct EvaluateRequest {
  ModelRequest model;
  DataRequest data;
  std::optional<ModelRequest> reference = std::nullopt;
  ComputeOptions compute = {};
  /// Count samples that the model was calibrated on.
  bool allow_overlap = false;
  /// Sees the outputs of every sample, in order.
  std::function<void(int64_t index, std::span<const Tensor> outputs)> on_outputs = {};
};

struct EvaluateResult {
  std::string dataset;  ///< its name
  data::Task task = data::Task::kClassification;
  Evaluation evaluation;
};

/// Throws what opening the models and the data throws, and what evaluate_model throws.
EvaluateResult evaluate(const EvaluateRequest& request, const Observer& observer = {});

}  // namespace mote
