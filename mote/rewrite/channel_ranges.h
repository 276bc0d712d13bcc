// What the numbers of each channel can be at most, proved from weights and clamps alone.
//
//   const ChannelRanges ranges(graph, Numerics::kTflm);
//   ranges.of(value)[c].is_constant()
//
// The channel is the last axis. Numbers are as stored: integers for quantized values. Integer
// layers are followed through their own kernels: the least and the largest accumulator of a channel
// are requantized and clamped by the reference. Whatever is not understood has the range of its
// type.
#pragma once

#include <vector>

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"

namespace mote {

struct ChannelRange {
  double low = 0.0;
  double high = 0.0;
  bool is_constant() const { return low == high; }
  bool operator==(const ChannelRange&) const = default;
};

class ChannelRanges {
 public:
  ChannelRanges(const Graph& graph, Numerics numerics);
  /// One entry per index of the last axis.
  const std::vector<ChannelRange>& of(ValueId id) const {
    return ranges_[static_cast<size_t>(id.index)];
  }

 private:
  std::vector<std::vector<ChannelRange>> ranges_;  // by value index
};

/// Operators that compute each element from the elements at the same place (after broadcasting),
/// and pools, which keep channels apart.
bool is_pointwise(const Node& node);
bool is_spatial_pool(const Node& node);

}  // namespace mote
