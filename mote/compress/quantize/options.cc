#include "mote/compress/quantize/quantize.h"

namespace mote {

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
