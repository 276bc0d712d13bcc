#include "mote/compress/quantize/predicted_ranges.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "mote/compress/quantize/distributions.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

// Source: Nagel et al. 2019, section 5: "n = 6". On the networks with batch norm that the tests
// know, the extremes of real samples are 0.4 to 1.9 times these, half of them 0.85 to 1.15.
constexpr double kDeviations = 6.0;

RealRange range_of(const Distribution& distribution) {
  double low = 0.0;
  double high = 0.0;
  for (const ClampedNormal& channel : distribution.channels) {
    low = std::min(low, reach(channel, -kDeviations));
    high = std::max(high, reach(channel, kDeviations));
  }
  return {static_cast<float>(low), static_cast<float>(high)};
}

// The constant of the clip that alone reads a value, which then has the clip's range.
const Tensor* clip_behind(const Graph& graph, const std::vector<NodeId>& readers, ValueId id) {
  if (readers.size() != 1 || graph.is_output(id)) return nullptr;
  const Node& reader = graph.node(readers.front());
  const Tensor* limit = is_op(reader, "minimum") ? constant_input(graph, reader, 1) : nullptr;
  return limit != nullptr && limit->dtype() == DataType::kF32 ? limit : nullptr;
}

// Whether the range is that of a clamp: of a fused one, or of a clip per channel.
bool fills_clip(const Node& node, const Tensor* clip, const RealRange& range) {
  const std::optional<Activation> activation = fused_activation(node);
  if (!activation) return false;
  ClampRange clamp = clamp_range(*activation);
  if (clip != nullptr) {
    for (const float limit : clip->data<float>())
      clamp.high = std::isinf(clamp.high) ? limit : std::max(clamp.high, limit);
  }
  return range.low <= clamp.low && range.high >= clamp.high;
}

// Those that tell a range.
Distributions trusted_distributions(const Graph& graph, Prediction prediction) {
  if (prediction == Prediction::kNone) return {};
  Distributions known = known_distributions(graph);
  std::erase_if(known, [&](const auto& entry) {
    const Distribution& distribution = entry.second;
    return distribution.mean_only || (prediction == Prediction::kBatchNorm && !distribution.direct);
  });
  return known;
}

}  // namespace

std::string_view name(RangeSource source) {
  switch (source) {
    case RangeSource::kInput:
      return "the declared input range";
    case RangeSource::kBatchNorm:
      return "batch norm";
    case RangeSource::kMoments:
      return "propagated moments";
    case RangeSource::kClip:
      return "clip bounds";
    case RangeSource::kSynthetic:
      return "synthetic inputs";
  }
  return {};
}

ValueRanges predicted_ranges(const Graph& graph, const ValueRanges& ranges, Prediction prediction) {
  ValueRanges predicted = ranges;
  for (const auto& [index, distribution] : trusted_distributions(graph, prediction)) {
    RealRange range = range_of(distribution);
    // A sum of values that are never negative is none, though counted as normal.
    const auto seen = ranges.find(index);
    if (!distribution.direct && seen != ranges.end() && seen->second.low >= 0.0f) range.low = 0.0f;
    predicted[index] = range;
  }
  share_moved_ranges(graph, predicted);
  narrow_to_clamps(graph, predicted);
  return predicted;
}

SourceCounts range_sources(const Graph& graph, const ValueRanges& ranges, Prediction prediction) {
  SourceCounts counts;
  counts[RangeSource::kInput] = static_cast<int64_t>(graph.inputs().size());
  const std::vector<std::vector<NodeId>> readers = graph.consumers();
  const Distributions known = trusted_distributions(graph, prediction);
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (moves_data(graph, node)) continue;
    for (const ValueId output : node.outputs) {
      const auto range = ranges.find(output.index);
      if (range == ranges.end()) continue;
      const auto found = known.find(output.index);
      if (found != known.end()) {
        ++counts[found->second.direct ? RangeSource::kBatchNorm : RangeSource::kMoments];
      } else {
        const Tensor* clip = clip_behind(graph, readers[static_cast<size_t>(output.index)], output);
        ++counts[fills_clip(node, clip, range->second) ? RangeSource::kClip
                                                       : RangeSource::kSynthetic];
      }
    }
  }
  return counts;
}

std::string describe_sources(const SourceCounts& counts) {
  std::string text;
  for (const auto& [source, count] : counts) {
    if (count > 0)
      text += fmt::format("{}{} from {}", text.empty() ? "" : ", ", count, name(source));
  }
  return text;
}

}  // namespace mote
