// Sums over samples that the comparison of two layers needs; of fixed size, and added in the order
// of the samples.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "mote/ir/graph.h"

namespace mote {

class LayerStatistics {
 public:
  LayerStatistics() = default;
  /// `channels`: the extent of the last axis.
  explicit LayerStatistics(int64_t channels);

  /// Values of one sample in both models; `raw_b` are those of `b` as stored, `type_b` its type.
  void add(std::span<const float> a, std::span<const float> b, const ConstTensorView& raw_b,
           const TensorType& type_b);
  void merge(const LayerStatistics& later);

  int64_t count = 0;
  double signal = 0.0;
  double noise = 0.0;
  double low_a = std::numeric_limits<double>::infinity();
  double high_a = -std::numeric_limits<double>::infinity();
  double low_b = std::numeric_limits<double>::infinity();
  double high_b = -std::numeric_limits<double>::infinity();
  int64_t saturated = 0;

  /// Largest |a| over its 99.9th percentile; 1 when there are no values.
  double outlier_ratio() const;
  /// Channels whose values in `a` were all equal.
  int64_t dead_channels() const;
  int64_t channels() const { return static_cast<int64_t>(moments_.size()); }
  /// Noise that is left when every channel of `b` is multiplied by the factor that fits `a` best.
  /// Equalization scales the channels inside a network on purpose; what it does not change is the
  /// result, which is to be judged by `noise`.
  double aligned_noise() const;
  /// Whether those factors differ from 1 by more than noise explains.
  bool rescaled() const;
  /// Share of the aligned noise that a constant per channel would take away.
  double bias_share() const;

 private:
  // Sums over the values of one channel.
  struct Moments {
    double a = 0.0;
    double b = 0.0;
    double aa = 0.0;
    double ab = 0.0;
    double bb = 0.0;

    double factor() const { return bb > 0.0 ? ab / bb : 1.0; }
    double noise() const;
  };

  void add_magnitude(double magnitude);

  // Quarter octaves of |a|: 2^-24 .. 2^24.
  static constexpr int kBucketsPerOctave = 4;
  static constexpr int kOctaves = 48;
  std::array<int64_t, kBucketsPerOctave * kOctaves> magnitudes_{};
  std::vector<Moments> moments_;  // by channel
  std::vector<float> channel_low_;
  std::vector<float> channel_high_;
};

}  // namespace mote
