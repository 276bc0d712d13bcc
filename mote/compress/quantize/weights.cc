#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/compress/quantize/quantize_graph.h"

namespace mote {
namespace {

// Weights use [-127, 127], so that -128 * -128 never occurs. Source: TFLite specification.
constexpr float kWeightLevels = 127.0f;
// Where no weight differs from 0.
constexpr float kUnitScale = 1.0f;
// A channel this much below the largest one would only shrink the room of its bias.
constexpr float kSmallestShare = 1e-6f;

}  // namespace

QuantizedWeights quantize_weight_tensor(const Tensor& weights, int axis,
                                        std::span<const double> smallest_scales) {
  const std::span<const float> w = weights.data<float>();
  const bool per_channel = axis != Quantization::kPerTensor;
  const int64_t channels = per_channel ? weights.shape()[axis] : 1;
  int64_t inner = 1;
  for (int a = axis + 1; per_channel && a < weights.shape().rank(); ++a)
    inner *= weights.shape()[a];
  if (!per_channel) inner = std::max<int64_t>(1, weights.elements());
  const auto channel_of = [&](size_t e) {
    return static_cast<size_t>(static_cast<int64_t>(e) / inner % channels);
  };
  std::vector<float> largest(static_cast<size_t>(channels), 0.0f);
  for (size_t e = 0; e < w.size(); ++e) {
    float& to = largest[channel_of(e)];
    to = std::max(to, std::abs(w[e]));
  }
  const float top = largest.empty() ? 0.0f : *std::max_element(largest.begin(), largest.end());
  std::vector<float> scales(largest.size());
  for (size_t c = 0; c < scales.size(); ++c) {
    const float range = std::max(largest[c], top * kSmallestShare);
    scales[c] = range / kWeightLevels;
    if (per_channel && c < smallest_scales.size()) {
      scales[c] = std::max(scales[c], static_cast<float>(smallest_scales[c]));
    } else if (!per_channel && !smallest_scales.empty()) {
      const double bound = *std::max_element(smallest_scales.begin(), smallest_scales.end());
      scales[c] = std::max(scales[c], static_cast<float>(bound));
    }
    if (!(scales[c] >= std::numeric_limits<float>::min())) scales[c] = kUnitScale;
  }
  QuantizedWeights result{Tensor(DataType::kI8, weights.shape()), {}};
  const std::span<int8_t> q = result.values.data<int8_t>();
  for (size_t e = 0; e < w.size(); ++e) {
    const float steps = std::round(w[e] / scales[channel_of(e)]);
    q[e] = static_cast<int8_t>(std::clamp(steps, -kWeightLevels, kWeightLevels));
  }
  result.record = per_channel ? Quantization::per_channel(std::move(scales), axis)
                              : Quantization::per_tensor(scales.front(), 0);
  return result;
}

Quantization activation_record(const RealRange& range, DataType dtype) {
  const IntegerRange integers = integer_range(dtype);
  const double low = std::min(0.0, static_cast<double>(range.low));
  const double high = std::max(0.0, static_cast<double>(range.high));
  const auto usable = [](double scale) {
    return scale >= static_cast<double>(std::numeric_limits<float>::min()) ? scale : kUnitScale;
  };
  if (dtype == DataType::kI16) {
    const double scale = usable(std::max(-low, high) / static_cast<double>(integers.high));
    return Quantization::per_tensor(static_cast<float>(scale), 0);
  }
  const double scale = usable((high - low) / static_cast<double>(integers.high - integers.low));
  const double zero = std::round(static_cast<double>(integers.low) - low / scale);
  return Quantization::per_tensor(
      static_cast<float>(scale),
      static_cast<int32_t>(
          std::clamp(zero, static_cast<double>(integers.low), static_cast<double>(integers.high))));
}

}  // namespace mote
