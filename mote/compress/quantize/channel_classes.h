// Which channels of a network must be scaled together.
//
// A channel of an activation may be multiplied by s > 0 when everything that reads it divides by s
// again and everything that writes it multiplies. Data movement, pools and additions in between tie
// channels together: Add ties its operands channel by channel, Concat by offset. A class is a set
// of channels that are tied; it is fixed when one of them may not be scaled (inputs, outputs,
// operators that are not positively homogeneous, shared weights).
#pragma once

#include <cstdint>
#include <vector>

#include "mote/compress/quantize/layers.h"

namespace mote {

struct ChannelClasses {
  int32_t count = 0;
  std::vector<bool> fixed;               ///< by class
  std::vector<std::vector<int32_t>> of;  ///< by value index: class of each channel (last axis)

  const std::vector<int32_t>& channels(ValueId id) const {
    return of[static_cast<size_t>(id.index)];
  }
};

/// `layers` are those that may be rescaled. A layer with a fused ReLU6 counts as homogeneous: its
/// clip has to be scaled along (see apply_scales).
ChannelClasses channel_classes(const Graph& graph, const std::vector<Layer>& layers);

}  // namespace mote
