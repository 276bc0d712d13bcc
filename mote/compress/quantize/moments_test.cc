#include "mote/compress/quantize/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/random.h"

namespace mote {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Sampled {
  double mean = 0.0;
  double variance = 0.0;
};

// beta + gamma z with the signed gamma, as batch norm computes it.
Sampled monte_carlo(double beta, double gamma, double low, double high, double slope) {
  constexpr int kDraws = 200000;
  Rng rng(7);
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    double x = std::clamp(beta + gamma * rng.normal(), low, high);
    if (x < 0.0) x *= slope;
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

TEST(Moments, equal_monte_carlo_for_both_signs_of_gamma) {
  const double clamps[][3] = {
      {-kInf, kInf, 1.0}, {0.0, kInf, 1.0}, {0.0, 6.0, 1.0}, {-1.0, 1.0, 1.0}, {-kInf, kInf, 0.1}};
  for (const double beta : {-2.0, -0.5, 0.0, 0.5, 2.0, 5.5}) {
    for (const double gamma : {-2.0, -1.0, 0.3, 1.0, 2.0}) {
      for (const auto& [low, high, slope] : clamps) {
        const Sampled expected = monte_carlo(beta, gamma, low, high, slope);
        const ClampedNormal x{beta, std::abs(gamma), low, high, slope};
        EXPECT_NEAR(expectation(x), expected.mean, 0.02)
            << beta << " " << gamma << " [" << low << ", " << high << "] " << slope;
        EXPECT_NEAR(variance(x), expected.variance, 0.02 * gamma * gamma + 1e-9)
            << beta << " " << gamma << " [" << low << ", " << high << "] " << slope;
      }
    }
  }
}

TEST(Moments, of_a_constant_are_the_clamped_constant) {
  EXPECT_EQ(expectation({7.0, 0.0, 0.0, 6.0}), 6.0);
  EXPECT_EQ(expectation({-1.0, 0.0, 0.0, kInf}), 0.0);
  EXPECT_EQ(variance({7.0, 0.0, 0.0, 6.0}), 0.0);
}

TEST(Moments, reach_stops_at_the_clamp_and_follows_the_slope) {
  EXPECT_DOUBLE_EQ(reach({1.0, 0.5}, 6.0), 4.0);
  EXPECT_DOUBLE_EQ(reach({1.0, 0.5, 0.0, 3.0}, 6.0), 3.0);
  EXPECT_DOUBLE_EQ(reach({1.0, 0.5, 0.0, 3.0}, -6.0), 0.0);
  EXPECT_DOUBLE_EQ(reach({1.0, 0.5, -kInf, kInf, 0.1}, -6.0), -0.2);
}

}  // namespace
}  // namespace mote
