// The exact rewrites on a model file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/rewrite/pipeline.h"

namespace mote {

struct OptimizeRequest {
  ModelRequest model;
  std::filesystem::path output;  ///< its extension names the format
  Numerics numerics = Numerics::kAuto;
  std::vector<std::string> skip = {};  ///< passes to leave out
};

struct OptimizeResult {
  int64_t input_bytes = 0;
  int64_t output_bytes = 0;
  RewriteReport rewrite;
  std::vector<ConversionChange> changes;  ///< of meaning, by reading and writing
};

/// Throws what load_model, run_exact_passes and save_model throw. Nothing is written on failure.
OptimizeResult optimize(const OptimizeRequest& request, const Observer& observer = {});

}  // namespace mote
