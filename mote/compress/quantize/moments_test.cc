#include "mote/compress/quantize/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/random.h"

namespace mote {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double monte_carlo(double beta, double gamma, double low, double high) {
  constexpr int kDraws = 400000;
  Rng rng(7);
  double sum = 0.0;
  for (int i = 0; i < kDraws; ++i) sum += std::clamp(beta + gamma * rng.normal(), low, high);
  return sum / kDraws;
}

TEST(Moments, equal_monte_carlo_for_both_signs_of_gamma) {
  const double clamps[][2] = {{-kInf, kInf}, {0.0, kInf}, {0.0, 6.0}, {-1.0, 1.0}};
  for (const double beta : {-2.0, -0.5, 0.0, 0.5, 2.0, 5.5}) {
    for (const double gamma : {-2.0, -1.0, 0.3, 1.0, 2.0}) {
      for (const auto& clamp : clamps) {
        const double expected = monte_carlo(beta, gamma, clamp[0], clamp[1]);
        EXPECT_NEAR(clamped_normal_mean(beta, std::abs(gamma), clamp[0], clamp[1]), expected, 0.015)
            << beta << " " << gamma << " [" << clamp[0] << ", " << clamp[1] << "]";
      }
    }
  }
}

TEST(Moments, of_a_constant_is_the_clamped_constant) {
  EXPECT_EQ(clamped_normal_mean(7.0, 0.0, 0.0, 6.0), 6.0);
  EXPECT_EQ(clamped_normal_mean(-1.0, 0.0, 0.0, kInf), 0.0);
}

}  // namespace
}  // namespace mote
