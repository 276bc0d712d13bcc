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

}  // namespace

double clamped_normal_mean(double mean, double stddev, double low, double high) {
  if (!(stddev > 0.0)) return std::clamp(mean, low, high);
  const double a = std::clamp((low - mean) / stddev, -kFar, kFar);
  const double b = std::clamp((high - mean) / stddev, -kFar, kFar);
  double result = stddev * (density(a) - density(b)) + mean * (below(b) - below(a));
  if (std::isfinite(low)) result += low * below(a);
  if (std::isfinite(high)) result += high * below(-b);
  return result;
}

}  // namespace mote
