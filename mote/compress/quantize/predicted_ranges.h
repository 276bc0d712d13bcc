// Ranges of activations without samples: each from the best source there is.
//
//   ranges = predicted_ranges(graph, ranges, Prediction::kPropagated);
//   describe_sources(range_sources(graph, ranges, Prediction::kPropagated));
//   // "27 from batch norm, 3 from ..."
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mote/compress/quantize/quantize_graph.h"

namespace mote {

enum class RangeSource {
  kInput,      ///< the declared range of a network input
  kBatchNorm,  ///< beta +- 6 |gamma| behind the activation
  kMoments,    ///< batch norm's moments, propagated through sums
  kClip,       ///< the bounds of a clamp, both within reach
  kSynthetic,  ///< extremes on synthetic inputs, with a margin
};
std::string_view name(RangeSource source);
constexpr std::array<RangeSource, 5> enum_values(RangeSource) {
  return {RangeSource::kInput, RangeSource::kBatchNorm, RangeSource::kMoments, RangeSource::kClip,
          RangeSource::kSynthetic};
}

/// How far batch norm's statistics are trusted.
enum class Prediction {
  kNone,        ///< not at all
  kBatchNorm,   ///< in the layers that have them, and what follows without assumptions
  kPropagated,  ///< also through sums, as if their operands were independent
};

/// `ranges`, those of synthetic inputs, with batch norm's in place of them wherever the statistics
/// reach: the smallest and largest of mean +- 6 stddev over the channels of an activation. Source:
/// Nagel et al. 2019 (arXiv 1906.04721), section 5, which takes six standard deviations too.
ValueRanges predicted_ranges(const Graph& graph, const ValueRanges& ranges, Prediction prediction);

using SourceCounts = std::map<RangeSource, int64_t>;
/// How many of the ranges that predicted_ranges gave come from where. Values that take the range of
/// what they move are not counted.
SourceCounts range_sources(const Graph& graph, const ValueRanges& ranges, Prediction prediction);
/// "1 from the declared input range, 27 from batch norm".
std::string describe_sources(const SourceCounts& counts);

}  // namespace mote
