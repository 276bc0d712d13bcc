#include "mote/compress/quantize/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "mote/base/error.h"

namespace mote {
namespace {

constexpr std::array<std::string_view, 7> kSteps = {
    "zero-dead-channels",    "equalize",    "balance-noise", "absorb-bias", "ranges",
    "correct-bias-analytic", "correct-bias"};

void check_float(const Graph& graph) {
  for (const ValueId id : graph.values()) {
    const Value& value = graph.value(id);
    if (!value.type.quantization) continue;
    throw_error(ErrorKind::kInvalidArgument,
                "the network is quantized already: '{}' is {}; give the float network", value.name,
                name(value.type.dtype));
  }
}

void check_steps(const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    if (std::find(kSteps.begin(), kSteps.end(), step) != kSteps.end()) continue;
    throw_error(ErrorKind::kInvalidArgument, "there is no step '{}' to skip; there are {}", step,
                fmt::join(kSteps, ", "));
  }
}

}  // namespace

std::span<const std::string_view> recovery_steps() { return kSteps; }

void check_options(const Graph& graph, const QuantizeOptions& options) {
  check_float(graph);
  check_steps(options.skip_steps);
  if (options.max_drop && !(*options.max_drop >= 0.0)) {
    throw_error(ErrorKind::kInvalidArgument, "a loss of at most {} points; allowed: 0 and more",
                *options.max_drop);
  }
}

std::string_view name(QuantScheme scheme) {
  switch (scheme) {
    case QuantScheme::kInt8:
      return "int8";
    case QuantScheme::kInt16Activations:
      return "int16";
    case QuantScheme::kDynamicRange:
      return "dynamic";
    case QuantScheme::kFloat16:
      return "float16";
  }
  return {};
}

std::string_view name(WeightScales scales) {
  switch (scales) {
    case WeightScales::kPerChannel:
      return "per-channel";
    case WeightScales::kPerTensor:
      return "per-tensor";
  }
  return {};
}

std::string_view name(RangeMethod method) {
  switch (method) {
    case RangeMethod::kAuto:
      return "auto";
    case RangeMethod::kMinMax:
      return "minmax";
    case RangeMethod::kMovingAverage:
      return "moving-average";
    case RangeMethod::kPercentile:
      return "percentile";
    case RangeMethod::kMse:
      return "mse";
    case RangeMethod::kEntropy:
      return "entropy";
  }
  return {};
}

std::string_view name(BoundaryType type) {
  switch (type) {
    case BoundaryType::kFloat:
      return "float";
    case BoundaryType::kInteger:
      return "integer";
  }
  return {};
}

}  // namespace mote
