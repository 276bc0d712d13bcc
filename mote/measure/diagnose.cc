#include "mote/measure/diagnose.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "mote/ir/op_def.h"
#include "mote/measure/accuracy.h"
#include "mote/measure/real_values.h"

namespace mote {
namespace {

// Where a number starts to explain a loss. Each is set by what it costs: a uniform grid loses 6.02
// dB with every bit (Nagel et al. 2021, arXiv 2106.08295, section 2.2), and a good layer has 40 dB.

// The median channel has log2(8) = 3 of its eight bits less than the largest: 18 dB.
constexpr double kHighChannelRatio = 8.0;
// One value in a thousand takes log2(4) = 2 of the bits of all others: 12 dB.
constexpr double kHighOutlierRatio = 4.0;
// Clipping a normal variable at c deviations costs 2 ((1 + c^2) Q(c) - c phi(c)) of its variance, Q
// and phi its tail and density: one value in a hundred (c = 2.58) leaves 27 dB, 13 below good,
// whatever the steps in between are.
constexpr double kManySaturated = 0.01;
// Without a share b of its energy the noise falls by -10 log10(1 - b): 1.5 dB, more than a layer
// has to add to be looked at. In MLPerf Tiny's vww, per tensor and without bias correction, the
// layers that lose most have 0.3 to 0.5.
constexpr double kHighBiasShare = 0.3;
// A channel that opens seldom looks dead on few samples; a tenth of a layer's does not by chance.
constexpr double kManyDead = 0.1;
// A layer that adds less hands on the loss of others: its own noise is a quarter of what it
// inherits (10^0.1 - 1 = 0.26).
constexpr double kAddedDb = 1.0;

struct WeightOperand {
  ValueId value;
  int channel_axis = 0;
};

std::optional<WeightOperand> weights_of(const Graph& graph, const Node& node) {
  if (node.op->quant == nullptr) return std::nullopt;
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  if (!rule) return std::nullopt;
  for (size_t i = 0; i < rule->inputs.size() && i < node.inputs.size(); ++i) {
    if (rule->inputs[i].role != QuantRule::Role::kWeight || !node.has_input(i)) continue;
    if (graph.value(node.inputs[i]).kind != ValueKind::kConstant) continue;
    return WeightOperand{node.inputs[i], rule->inputs[i].channel_axis};
  }
  return std::nullopt;
}

// Largest over median of max |w| of the channels that are not all zero.
double channel_range_ratio(const Value& weights, int channel_axis) {
  const Shape& shape = weights.type.shape;
  if (channel_axis >= shape.rank()) return 0.0;
  const std::vector<float> values = real_values(*weights.constant, weights.type);
  const auto stride =
      static_cast<size_t>(row_major_strides(shape)[static_cast<size_t>(channel_axis)]);
  std::vector<float> ranges(static_cast<size_t>(shape[channel_axis]), 0.0f);
  for (size_t i = 0; i < values.size(); ++i) {
    float& range = ranges[i / stride % ranges.size()];
    range = std::max(range, std::abs(values[i]));
  }
  std::erase(ranges, 0.0f);
  if (ranges.empty()) return 0.0;
  const auto middle = ranges.begin() + static_cast<std::ptrdiff_t>(ranges.size() / 2);
  std::nth_element(ranges.begin(), middle, ranges.end());
  return *std::max_element(ranges.begin(), ranges.end()) / *middle;
}

bool one_scale_for_weights(const Value& weights) {
  return weights.type.quantization && weights.type.quantization->is_per_tensor();
}

void blame(LayerComparison& layer, LossCause cause, std::string explanation, std::string remedy) {
  layer.cause = cause;
  layer.explanation = std::move(explanation);
  layer.remedy = std::move(remedy);
}

}  // namespace

std::string_view name(LossCause cause) {
  switch (cause) {
    case LossCause::kNone:
      return "none";
    case LossCause::kDeadChannels:
      return "dead_channels";
    case LossCause::kChannelRatio:
      return "channel_ratio";
    case LossCause::kSaturation:
      return "saturation";
    case LossCause::kOutliers:
      return "outliers";
    case LossCause::kBias:
      return "bias";
    case LossCause::kResolution:
      return "resolution";
  }
  return {};
}

void diagnose(const Graph& graph, const Node& node, LayerComparison& layer) {
  const std::optional<WeightOperand> operand = weights_of(graph, node);
  bool one_scale = false;
  if (operand) {
    const Value& weights = graph.value(operand->value);
    layer.weight_ratio = channel_range_ratio(weights, operand->channel_axis);
    one_scale = one_scale_for_weights(weights);
  }
  if (layer.sqnr_db >= kGoodSqnrDb || layer.added_db() < kAddedDb) return;
  const auto dead = static_cast<double>(layer.dead_channels) / static_cast<double>(layer.channels);
  if (one_scale && layer.weight_ratio > kHighChannelRatio && dead > kManyDead) {
    blame(
        layer, LossCause::kDeadChannels,
        fmt::format("{} of {} channels never change, and one scale serves weights whose channels "
                    "differ {:.0f} times",
                    layer.dead_channels, layer.channels, layer.weight_ratio),
        "mote optimize removes dead channels; --weights per-channel gives each a scale of its own");
  } else if (one_scale && layer.weight_ratio > kHighChannelRatio) {
    blame(layer, LossCause::kChannelRatio,
          fmt::format("one scale serves weights whose channels differ {:.0f} times",
                      layer.weight_ratio),
          "--weights per-channel, or equalization (do not skip it)");
  } else if (layer.saturated > kManySaturated) {
    blame(layer, LossCause::kSaturation,
          fmt::format("{:.1f} % of the values lie beyond the range {:.4g} to {:.4g}",
                      100.0 * layer.saturated, layer.low_b, layer.high_b),
          "--ranges minmax, or more and more typical --samples");
  } else if (layer.outlier_ratio > kHighOutlierRatio) {
    blame(layer, LossCause::kOutliers,
          fmt::format("the range is {:.0f} times what 99.9 % of the values need",
                      layer.outlier_ratio),
          "--ranges mse or percentile, or --scheme int16");
  } else if (layer.bias_share > kHighBiasShare) {
    blame(layer, LossCause::kBias,
          fmt::format("{:.0f} % of the error is a constant shift of channels",
                      100.0 * layer.bias_share),
          "bias correction: give --samples (more of them), and do not skip it");
  } else if (!operand && layer.input_sqnr_db >= kNoNoiseDb) {
    blame(layer, LossCause::kResolution, "this is the network's input, rounded to eight bits",
          "--scheme int16; leaving a layer float does not help");
  } else {
    blame(layer, LossCause::kResolution, "eight bits are too coarse for this layer",
          fmt::format("--exclude '{}', or --scheme int16", node.name));
  }
}

}  // namespace mote
