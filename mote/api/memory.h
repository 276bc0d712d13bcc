// Where the values of a model lie while it runs: `mote inspect --memory`.
#pragma once

#include <string>
#include <vector>

#include "mote/api/bench.h"
#include "mote/measure/memory_map.h"

namespace mote {

struct MemoryResult {
  std::string plan;
  std::string isa;
  MemoryMap map;
  std::vector<std::string> kernels;  ///< of each step
  int64_t state_bytes = 0;
  int64_t largest_live_bytes = 0;  ///< values alive together, without overlaps and scratch
  bool proven_optimal = false;     ///< no layout of this order and these kernels needs less
};

/// Throws what open_model and lower throw.
MemoryResult inspect_memory(const ProgramRequest& request);

}  // namespace mote
