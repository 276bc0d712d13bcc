#include "mote/compress/quantize/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mote {
namespace {

// Clippings tried: shares of the whole range at either end.
constexpr int kClipSteps = 40;
constexpr double kSmallestClip = 0.2;
// Stands for "no count" in the quantized distribution of the divergence.
constexpr double kSmallestProbability = 1e-9;

// The smallest e with |v| < 2^e.
int exponent_of(float v) {
  int exponent = 0;
  std::frexp(v, &exponent);
  return exponent;
}

}  // namespace

double RangeHistogram::bin_width() const {
  return std::ldexp(1.0, exponent_) / static_cast<double>(kHalf);
}

void RangeHistogram::widen(int exponent) {
  if (exponent <= exponent_) return;
  const int shift = std::min(exponent - exponent_, 62);
  std::vector<uint64_t> wider(bins_.size(), 0);
  for (int64_t i = 0; i < 2 * kHalf; ++i) {
    // Arithmetic shift: floor division also left of 0.
    wider[static_cast<size_t>(((i - kHalf) >> shift) + kHalf)] += bins_[static_cast<size_t>(i)];
  }
  bins_ = std::move(wider);
  exponent_ = exponent;
}

void RangeHistogram::add(std::span<const float> values) {
  float low = low_;
  float high = high_;
  constexpr float kMax = std::numeric_limits<float>::max();
  for (const float v : values) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
  low_ = std::max(low, -kMax);
  high_ = std::min(high, kMax);
  const float largest = std::max(-low_, high_);
  if (largest > 0.0f) widen(exponent_of(largest));
  const double per_unit = 1.0 / bin_width();
  for (const float v : values) {
    if (std::isnan(v)) continue;
    const double at = std::floor(static_cast<double>(v) * per_unit);
    const double inside =
        std::clamp(at, static_cast<double>(-kHalf), static_cast<double>(kHalf - 1));
    ++bins_[static_cast<size_t>(static_cast<int64_t>(inside) + kHalf)];
    ++count_;
  }
}

void RangeHistogram::merge(const RangeHistogram& other) {
  low_ = std::min(low_, other.low_);
  high_ = std::max(high_, other.high_);
  count_ += other.count_;
  RangeHistogram from = other;
  const int exponent = std::max(exponent_, from.exponent_);
  widen(exponent);
  from.widen(exponent);
  for (size_t i = 0; i < bins_.size(); ++i) bins_[i] += from.bins_[i];
}

RealRange RangeHistogram::range(RangeMethod method, int levels) const {
  switch (method) {
    case RangeMethod::kPercentile:
      return percentile();
    case RangeMethod::kMse:
      return least_error(levels);
    case RangeMethod::kEntropy:
      return least_divergence(levels);
    case RangeMethod::kAuto:
    case RangeMethod::kMinMax:
    case RangeMethod::kMovingAverage:
      break;
  }
  return {low_, high_};
}

RealRange RangeHistogram::percentile() const {
  const double tail = kPercentileTail * static_cast<double>(count_);
  const double width = bin_width();
  RealRange range{low_, high_};
  double seen = 0.0;
  for (int64_t i = 0; i < kHalf; ++i) {
    seen += static_cast<double>(bins_[static_cast<size_t>(i)]);
    if (seen <= tail) continue;
    range.low = std::max(low_, static_cast<float>(static_cast<double>(i - kHalf) * width));
    break;
  }
  if (seen <= tail) range.low = 0.0f;
  seen = 0.0;
  for (int64_t i = 2 * kHalf - 1; i >= kHalf; --i) {
    seen += static_cast<double>(bins_[static_cast<size_t>(i)]);
    if (seen <= tail) continue;
    range.high = std::min(high_, static_cast<float>(static_cast<double>(i + 1 - kHalf) * width));
    break;
  }
  if (seen <= tail) range.high = 0.0f;
  return range;
}

double RangeHistogram::quantization_error(const RealRange& range, int levels) const {
  const double step =
      (static_cast<double>(range.high) - static_cast<double>(range.low)) / (levels - 1);
  const double width = bin_width();
  double error = 0.0;
  for (int64_t i = 0; i < 2 * kHalf; ++i) {
    const uint64_t n = bins_[static_cast<size_t>(i)];
    if (n == 0) continue;
    const double x = (static_cast<double>(i - kHalf) + 0.5) * width;
    const double beyond =
        std::max({0.0, static_cast<double>(range.low) - x, x - static_cast<double>(range.high)});
    error += static_cast<double>(n) * (beyond > 0.0 ? beyond * beyond : step * step / 12.0);
  }
  return error / std::max<double>(1.0, static_cast<double>(count_));
}

RealRange RangeHistogram::least_error(int levels) const {
  RealRange best{low_, high_};
  double least = quantization_error(best, levels);
  for (int a = 0; a <= kClipSteps; ++a) {
    const double low_share = kSmallestClip + (1.0 - kSmallestClip) * a / kClipSteps;
    if (low_ == 0.0f && a < kClipSteps) continue;
    for (int b = 0; b <= kClipSteps; ++b) {
      const double high_share = kSmallestClip + (1.0 - kSmallestClip) * b / kClipSteps;
      if (high_ == 0.0f && b < kClipSteps) continue;
      const RealRange range{static_cast<float>(low_ * low_share),
                            static_cast<float>(high_ * high_share)};
      const double error = quantization_error(range, levels);
      if (error < least) {
        least = error;
        best = range;
      }
    }
  }
  return best;
}

// KL divergence from the clipped distribution to its quantized form. Source: Migacz 2017, 8-bit
// inference with TensorRT: counts beyond the range are added to its ends; every quantization level
// spreads its counts evenly over the bins that were not empty. The zeros of a ReLU, which every
// grid holds exactly, are left out, as in NVIDIA's pytorch-quantization: spread over their level
// they would count as the largest error of all, and the narrowest range would always win.
double RangeHistogram::divergence(const RealRange& range, int levels) const {
  const double width = bin_width();
  const auto first = std::clamp<int64_t>(
      static_cast<int64_t>(std::floor(static_cast<double>(range.low) / width)) + kHalf, 0,
      2 * kHalf - 1);
  const auto last = std::clamp<int64_t>(
      static_cast<int64_t>(std::ceil(static_cast<double>(range.high) / width)) - 1 + kHalf, first,
      2 * kHalf - 1);
  const auto counted = [this](int64_t bin) {
    return static_cast<double>(bins_[static_cast<size_t>(bin == kHalf ? kHalf + 1 : bin)]);
  };
  std::vector<double> p(static_cast<size_t>(last - first + 1), 0.0);
  double total = 0.0;
  for (int64_t i = 0; i < 2 * kHalf; ++i) {
    p[static_cast<size_t>(std::clamp(i, first, last) - first)] += counted(i);
    total += counted(i);
  }
  if (total == 0.0) return 0.0;
  const auto bins = static_cast<int64_t>(p.size());
  double result = 0.0;
  for (int level = 0; level < levels; ++level) {
    const int64_t from = bins * level / levels;
    const int64_t to = bins * (level + 1) / levels;
    double sum = 0.0;
    int64_t used = 0;
    for (int64_t i = from; i < to; ++i) {
      // The quantized distribution does not know what was clipped.
      sum += counted(first + i);
      used += p[static_cast<size_t>(i)] > 0.0 ? 1 : 0;
    }
    if (used == 0) continue;
    const double q = std::max(sum / static_cast<double>(used) / total, kSmallestProbability);
    for (int64_t i = from; i < to; ++i) {
      const double share = p[static_cast<size_t>(i)] / total;
      if (share > 0.0) result += share * std::log(share / q);
    }
  }
  return result;
}

RealRange RangeHistogram::least_divergence(int levels) const {
  RealRange best{low_, high_};
  if (count_ == 0) return best;
  double least = divergence(best, levels);
  for (int k = 0; k < kClipSteps; ++k) {
    const double share = kSmallestClip + (1.0 - kSmallestClip) * k / kClipSteps;
    const RealRange range{static_cast<float>(low_ * share), static_cast<float>(high_ * share)};
    const double value = divergence(range, levels);
    if (value < least) {
      least = value;
      best = range;
    }
  }
  return best;
}

}  // namespace mote
