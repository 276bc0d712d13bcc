#include "mote/measure/layer_statistics.h"

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

// Whether a stored value sits at an end of its integer type.
bool at_the_end(float raw, const IntegerRange& range) {
  return raw <= static_cast<float>(range.low) || raw >= static_cast<float>(range.high);
}

}  // namespace

LayerStatistics::LayerStatistics(int64_t channels)
    : moments_(static_cast<size_t>(channels)),
      channel_low_(static_cast<size_t>(channels), std::numeric_limits<float>::infinity()),
      channel_high_(static_cast<size_t>(channels), -std::numeric_limits<float>::infinity()) {}

void LayerStatistics::add_magnitude(double magnitude) {
  if (!(magnitude > 0.0)) return;
  const double octave = std::log2(magnitude) + kOctaves / 2.0;
  const auto bucket = static_cast<int>(octave * kBucketsPerOctave);
  ++magnitudes_[static_cast<size_t>(std::clamp(bucket, 0, kBucketsPerOctave * kOctaves - 1))];
}

void LayerStatistics::add(std::span<const float> a, std::span<const float> b,
                          const ConstTensorView& raw_b, const TensorType& type_b) {
  const size_t channels = moments_.size();
  for (size_t i = 0; i < a.size(); ++i) {
    const double real = a[i];
    const double error = static_cast<double>(b[i]) - real;
    signal += real * real;
    noise += error * error;
    low_a = std::min(low_a, real);
    high_a = std::max(high_a, real);
    low_b = std::min<double>(low_b, b[i]);
    high_b = std::max<double>(high_b, b[i]);
    add_magnitude(std::abs(real));
    const size_t channel = i % channels;
    Moments& moments = moments_[channel];
    moments.a += real;
    moments.b += b[i];
    moments.aa += real * real;
    moments.ab += real * b[i];
    moments.bb += static_cast<double>(b[i]) * b[i];
    channel_low_[channel] = std::min(channel_low_[channel], a[i]);
    channel_high_[channel] = std::max(channel_high_[channel], a[i]);
  }
  count += static_cast<int64_t>(a.size());
  if (!type_b.quantization || !type_b.quantization->is_per_tensor()) return;
  const IntegerRange range = integer_range(type_b.dtype);
  // A rounded value is within half a step; further away it was cut off.
  const float step = type_b.quantization->scale();
  const std::vector<float> raw = elements_as<float>(raw_b);
  for (size_t i = 0; i < raw.size(); ++i) {
    if (at_the_end(raw[i], range) && std::abs(a[i] - b[i]) > step) ++saturated;
  }
}

void LayerStatistics::merge(const LayerStatistics& later) {
  count += later.count;
  signal += later.signal;
  noise += later.noise;
  saturated += later.saturated;
  low_a = std::min(low_a, later.low_a);
  high_a = std::max(high_a, later.high_a);
  low_b = std::min(low_b, later.low_b);
  high_b = std::max(high_b, later.high_b);
  for (size_t i = 0; i < magnitudes_.size(); ++i) magnitudes_[i] += later.magnitudes_[i];
  for (size_t c = 0; c < moments_.size(); ++c) {
    moments_[c].a += later.moments_[c].a;
    moments_[c].b += later.moments_[c].b;
    moments_[c].aa += later.moments_[c].aa;
    moments_[c].ab += later.moments_[c].ab;
    moments_[c].bb += later.moments_[c].bb;
    channel_low_[c] = std::min(channel_low_[c], later.channel_low_[c]);
    channel_high_[c] = std::max(channel_high_[c], later.channel_high_[c]);
  }
}

double LayerStatistics::outlier_ratio() const {
  constexpr double kPercentile = 0.999;
  int64_t total = 0;
  for (const int64_t bucket : magnitudes_) total += bucket;
  if (total == 0) return 1.0;
  const double wanted = kPercentile * static_cast<double>(total);
  double seen = 0.0;
  size_t bucket = 0;
  while (bucket + 1 < magnitudes_.size() &&
         seen + static_cast<double>(magnitudes_[bucket]) < wanted) {
    seen += static_cast<double>(magnitudes_[bucket++]);
  }
  const double upper_edge =
      std::exp2((static_cast<double>(bucket) + 1.0) / kBucketsPerOctave - kOctaves / 2.0);
  const double largest = std::max(std::abs(low_a), std::abs(high_a));
  return std::max(1.0, largest / upper_edge);
}

int64_t LayerStatistics::dead_channels() const {
  int64_t dead = 0;
  for (size_t c = 0; c < channel_low_.size(); ++c)
    dead += channel_low_[c] == channel_high_[c] ? 1 : 0;
  return dead;
}

// Of a difference of nearly equal sums little more than 1e-12 of them is meaningful.
double LayerStatistics::Moments::noise() const {
  const double left = bb > 0.0 ? aa - ab * ab / bb : aa;
  return left > 1e-12 * aa ? left : 0.0;
}

double LayerStatistics::aligned_noise() const {
  double sum = 0.0;
  for (const Moments& moments : moments_) sum += moments.noise();
  return sum;
}

bool LayerStatistics::rescaled() const {
  // Ten times less noise after alignment: the factors, not errors, made the difference.
  return noise > 10.0 * aligned_noise() && noise > 1e-6 * signal;
}

double LayerStatistics::bias_share() const {
  const double total = aligned_noise();
  if (total <= 0.0 || moments_.empty()) return 0.0;
  const double per_channel = static_cast<double>(count) / static_cast<double>(moments_.size());
  double shifted = 0.0;
  for (const Moments& moments : moments_) {
    const double shift = moments.a - moments.factor() * moments.b;
    shifted += shift * shift / per_channel;
  }
  return std::min(1.0, shifted / total);
}

}  // namespace mote
