// Channels that cannot matter, zeroed before their weights spoil everybody's scale.
//
// A channel is dead when its weights are negligible beside those of its layer, so that it is
// constant, or when nobody reads it with more than negligible weights, or when batch norm says that
// its activation never opens. Trained networks with weight decay are full of them, and the weights
// that read a dead channel are often the largest of their layer.
#pragma once

#include <cstdint>

#include "mote/ir/graph.h"

namespace mote {

struct DeadChannels {
  int64_t zeroed = 0;  ///< channels whose constant is 0, or that nobody reads
  int64_t folded = 0;  ///< channels of another constant, moved into the biases that read it
};

/// Changes weights and biases only. Exact within the negligible weights (1e-6 of their layer's
/// largest), and for channels that batch norm calls closed as far as their input is normal.
DeadChannels zero_dead_channels(Graph& graph);

}  // namespace mote
