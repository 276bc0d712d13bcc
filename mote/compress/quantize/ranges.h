// Ranges of every activation of a float network.
#pragma once

#include <map>

#include "mote/compress/quantize/histogram.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/compress/quantize/statistics.h"

namespace mote {

struct ValueObservation {
  RangeHistogram histogram;
  /// Exponential averages of the samples' smallest and largest values, in sample order.
  RealRange moving_average;
};

/// By value index, streamed over the samples; independent of the number of threads.
std::map<int32_t, ValueObservation> observe_values(const Graph& graph, const SampleSource& samples,
                                                   const CollectOptions& options,
                                                   const Observer& observer);

/// By the chosen method (not kAuto), for a grid of `levels`.
ValueRanges observed_ranges(const Graph& graph,
                            const std::map<int32_t, ValueObservation>& observations,
                            RangeMethod method, int levels);

/// Smallest and largest values times `margin`, within what clamps allow. `inputs`: the declared
/// ranges of the graph's inputs, which are taken as they are; empty: as the statistics say.
ValueRanges ranges_from_statistics(const Graph& graph, const Statistics& statistics, float margin,
                                   const std::vector<RealRange>& inputs);

/// Whether the results of a node have the scale of its operands: data movement, pools and the like.
bool moves_data(const Graph& graph, const Node& node);
/// Gives those results the union of their operands' ranges.
void share_moved_ranges(const Graph& graph, ValueRanges& ranges);

/// Narrows every range to what fused activations, MINIMUM with constants and the operators that
/// follow leave of it: a value that only a clamp reads needs the clamp's range.
void narrow_to_clamps(const Graph& graph, ValueRanges& ranges);

}  // namespace mote
