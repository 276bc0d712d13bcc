#include <algorithm>
#include <bit>
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

// Weights in memory order are runs of one channel each.
struct Runs {
  size_t channels = 1;
  size_t length = 1;
  size_t channel_of(size_t first) const { return first / length % channels; }
};

Runs runs_of(const Shape& shape, int axis) {
  if (axis == Quantization::kPerTensor) {
    return {1, static_cast<size_t>(std::max<int64_t>(1, shape.elements()))};
  }
  Runs runs{.channels = static_cast<size_t>(shape[axis])};
  for (int a = axis + 1; a < shape.rank(); ++a) runs.length *= static_cast<size_t>(shape[a]);
  return runs;
}

// Bits of numbers that are not negative are ordered as they are, and integer maxima can be taken in
// any order, which float ones cannot: vector code.
float largest_magnitude(std::span<const float> w) {
  uint32_t top = 0;
  for (const float v : w) top = std::max(top, std::bit_cast<uint32_t>(std::abs(v)));
  return std::bit_cast<float>(top);
}

// Half a step away from zero, as std::round does. In double the sum with 0.5 is exact, and far
// from int32's ends after clamping, so that the conversion cuts it as it should.
void round_to_grid(std::span<const float> w, float scale, int8_t* to) {
  for (size_t i = 0; i < w.size(); ++i) {
    const float steps = w[i] / scale;
    const float low = steps > -kWeightLevels ? steps : -kWeightLevels;
    const auto exact = static_cast<double>(low < kWeightLevels ? low : kWeightLevels);
    to[i] = static_cast<int8_t>(static_cast<int32_t>(exact + std::copysign(0.5, exact)));
  }
}

}  // namespace

QuantizedWeights quantize_weight_tensor(const Tensor& weights, int axis,
                                        std::span<const double> smallest_scales) {
  const std::span<const float> w = weights.data<float>();
  const bool per_channel = axis != Quantization::kPerTensor;
  const Runs runs = runs_of(weights.shape(), axis);
  std::vector<float> largest(runs.channels, 0.0f);
  for (size_t first = 0; first < w.size(); first += runs.length) {
    float& to = largest[runs.channel_of(first)];
    to = std::max(to, largest_magnitude(w.subspan(first, runs.length)));
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
  for (size_t first = 0; first < w.size(); first += runs.length) {
    round_to_grid(w.subspan(first, runs.length), scales[runs.channel_of(first)], &q[first]);
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
