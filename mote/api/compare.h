// Two models layer by layer on a dataset.
#pragma once

#include <string>

#include "mote/api/requests.h"
#include "mote/measure/compare.h"

namespace mote {

struct CompareRequest {
  ModelRequest model;      ///< the truth, usually the float model
  ModelRequest candidate;  ///< the one that is examined; may read the same shapes and binds
  DataRequest data;
  ComputeOptions compute = {};
};

struct CompareResult {
  std::string dataset;
  ModelComparison comparison;
};

/// Throws what opening the models and the data throws, and what compare_models throws.
CompareResult compare(const CompareRequest& request, const Observer& observer = {});

}  // namespace mote
