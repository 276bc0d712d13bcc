// The distribution of a value, streamed, and the ranges that follow from it.
//
//   RangeHistogram histogram;
//   histogram.add(values);
//   histogram.merge(other);
//   RealRange range = histogram.range(RangeMethod::kMse, 256);
//
// Counts are integers over bins whose width is a power of two; when a value does not fit, the width
// doubles and pairs of bins merge. The result therefore depends neither on the order nor on how the
// values were split, and its size is fixed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mote/compress/quantize/quantize.h"

namespace mote {

class RangeHistogram {
 public:
  /// Bins on either side of 0.
  static constexpr int64_t kHalf = 2048;

  /// NaN is ignored, infinities count as the largest float.
  void add(std::span<const float> values);
  void merge(const RangeHistogram& other);

  int64_t count() const { return count_; }
  float low() const { return low_; }    ///< exact smallest value, at most 0
  float high() const { return high_; }  ///< exact largest value, at least 0
  double bin_width() const;
  std::span<const uint64_t> bins() const { return bins_; }

  /// kPercentile: the bounds beyond which lie kPercentileTail of the values at either end, exact to
  /// one bin. kMse, kEntropy: the best of a grid of clippings for a quantizer of `levels` levels.
  /// Other methods: smallest and largest value. Always contains 0.
  RealRange range(RangeMethod method, int levels) const;

  /// Mean squared error of quantizing the distribution to `levels` over that range.
  double quantization_error(const RealRange& range, int levels) const;

  static constexpr double kPercentileTail = 1e-5;

 private:
  void widen(int exponent);
  RealRange percentile() const;
  RealRange least_error(int levels) const;
  RealRange least_divergence(int levels) const;
  double divergence(const RealRange& range, int levels) const;

  int exponent_ = -126;  ///< bins cover [-2^exponent, 2^exponent)
  int64_t count_ = 0;
  float low_ = 0.0f;
  float high_ = 0.0f;
  std::vector<uint64_t> bins_ = std::vector<uint64_t>(2 * kHalf, 0);
};

}  // namespace mote
