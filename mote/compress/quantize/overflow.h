// Proof that no 32-bit accumulator of an integer network can overflow.
#pragma once

#include <string>
#include <vector>

#include "mote/ir/graph.h"

namespace mote {

struct OverflowReport {
  int64_t layers = 0;                       ///< integer layers looked at
  double largest_share = 0.0;               ///< of 2^31 that any accumulator can reach
  std::vector<std::string> layers_at_risk;  ///< names of those that can reach it
};

/// Bounds every output channel's accumulator by |bias| + sum |w| * max |x - zero_point| over all
/// inputs the type allows. Layers with a 64-bit bias have 64-bit accumulators and are left out.
OverflowReport check_accumulators(const Graph& integer);

}  // namespace mote
