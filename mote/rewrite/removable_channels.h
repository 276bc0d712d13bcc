// Which channels of a graph can go without changing any output.
#pragma once

#include <vector>

#include "mote/ir/graph.h"
#include "mote/rewrite/channel_ranges.h"

namespace mote {

/// The largest set of channels (indices of the last axis of computed values) such that
/// - no reader is left with less than it needs: a layer reads nothing from the channel (its weights
///   for it are 0 for every output that stays), or the channel is constant and goes into its bias;
///   any other reader loses its own channel with it;
/// - no writer is left with more: a layer can leave an output channel out, any other writer only
///   together with the channels that it is made from;
/// - every value keeps a channel.
class RemovableChannels {
 public:
  RemovableChannels(const Graph& graph, const ChannelRanges& ranges);

  bool any() const;
  bool any(ValueId id) const;
  /// Indices of the channels of `id` that stay, ascending.
  std::vector<int64_t> kept(ValueId id) const;
  bool removed(ValueId id, int64_t channel) const {
    return flags_[static_cast<size_t>(id.index)][static_cast<size_t>(channel)];
  }

 private:
  struct Solver;
  std::vector<std::vector<bool>> flags_;  // by value index, then channel
};

}  // namespace mote
