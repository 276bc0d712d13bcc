// What is in a model and what it costs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/measure/cost.h"

namespace mote {

struct InspectRequest {
  ModelRequest model;
};

struct NamedType {
  std::string name;
  TensorType type;
};

struct InspectResult {
  std::string name;
  int64_t file_bytes = 0;
  std::vector<NamedType> inputs;
  std::vector<NamedType> outputs;
  ModelCost cost;
  std::map<std::string, int64_t> op_counts;
  int64_t calibration_samples = 0;        ///< how many samples the model says it was calibrated on
  std::vector<ConversionChange> changes;  ///< what reading the file changed in meaning
};

/// Throws what open_model throws.
InspectResult inspect(const InspectRequest& request);

}  // namespace mote
