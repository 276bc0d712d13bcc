// How the channels of activations are distributed, as far as batch norm's statistics
// (Node::statistics) tell without running the network.
//
//   const Distributions known = known_distributions(graph);
//   if (const auto found = known.find(value.index); found != known.end()) ...
//
// A layer that batch norm was folded into is normal before its activation, with beta and |gamma|.
// From there clamps, clips, leaky ReLUs, sums (of independent operands), concatenations and data
// movement hand it on. Source: Nagel et al. 2019 (arXiv 1906.04721), sections 4.2 and 5.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mote/compress/quantize/moments.h"
#include "mote/ir/graph.h"

namespace mote {

struct Distribution {
  std::vector<ClampedNormal> channels;  ///< of the last axis
  /// Batch norm's own, behind clamps and data movement; false: propagated through sums.
  bool direct = false;
  /// Of averages and of layers without statistics only the mean is known.
  bool mean_only = false;

  std::vector<double> means() const;
};

/// By value index; nothing for values whose distribution does not follow.
using Distributions = std::map<int32_t, Distribution>;
Distributions known_distributions(const Graph& graph);

}  // namespace mote
