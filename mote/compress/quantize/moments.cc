#include "mote/compress/quantize/moments.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mote {
namespace {

// Beyond so many deviations density and tail are 0 in double.
constexpr double kFar = 40.0;

double density(double z) {
  return std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}
double below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// The bounds in deviations from the mean.
struct Bounds {
  explicit Bounds(const ClampedNormal& x)
      : low(std::clamp((x.low - x.mean) / x.stddev, -kFar, kFar)),
        high(std::clamp((x.high - x.mean) / x.stddev, -kFar, kFar)) {}
  double low, high;
};

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

Moments clamped_moments(const ClampedNormal& x) {
  if (!(x.stddev > 0.0)) return {std::clamp(x.mean, x.low, x.high), 0.0};
  const Bounds z(x);
  const double inside = below(z.high) - below(z.low);
  // About the mean of the unclamped variable, where the terms cancel least.
  double first = x.stddev * (density(z.low) - density(z.high));
  double second =
      x.stddev * x.stddev * (inside + z.low * density(z.low) - z.high * density(z.high));
  const auto add_tail = [&](double bound, double share) {
    if (!std::isfinite(bound)) return;
    first += (bound - x.mean) * share;
    second += (bound - x.mean) * (bound - x.mean) * share;
  };
  add_tail(x.low, below(z.low));
  add_tail(x.high, below(-z.high));
  return {x.mean + first, std::max(0.0, second - first * first)};
}

Moments moments_of(const ClampedNormal& x) {
  if (x.slope == 1.0) return clamped_moments(x);
  ClampedNormal above = x;
  above.low = std::max(x.low, 0.0);
  above.high = std::max(x.high, 0.0);
  ClampedNormal under = x;
  under.low = std::min(x.low, 0.0);
  under.high = std::min(x.high, 0.0);
  const Moments up = clamped_moments(above);
  const Moments down = clamped_moments(under);
  // One of the two is always 0, so that the mean of their product is too.
  return {up.mean + x.slope * down.mean,
          std::max(0.0, up.variance + x.slope * x.slope * down.variance -
                            2.0 * x.slope * up.mean * down.mean)};
}

}  // namespace

double expectation(const ClampedNormal& x) { return moments_of(x).mean; }
double variance(const ClampedNormal& x) { return moments_of(x).variance; }

double reach(const ClampedNormal& x, double deviations) {
  const double v = std::clamp(x.mean + deviations * x.stddev, x.low, x.high);
  return v < 0.0 ? x.slope * v : v;
}

}  // namespace mote
