// Moments of a normal variable behind a clamp, in closed form.
//
// Source: Nagel et al. 2019 (arXiv 1906.04721), appendix B. The standard deviation is |gamma| of
// the batch norm: with the signed gamma the formulas are wrong for negative ones.
#pragma once

#include <limits>

namespace mote {

/// clamp(X, low, high), X normal with that mean and stddev >= 0; the bounds may be infinite. What
/// is below 0 of it is multiplied by `slope` >= 0.
struct ClampedNormal {
  double mean = 0.0;
  double stddev = 0.0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  double slope = 1.0;
};

double expectation(const ClampedNormal& x);
double variance(const ClampedNormal& x);
/// The value for X so many standard deviations above its mean; negative: below.
double reach(const ClampedNormal& x, double deviations);

}  // namespace mote
