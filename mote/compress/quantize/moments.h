// Moments of a normal variable behind a clamp, in closed form.
//
// Source: Nagel et al. 2019 (arXiv 1906.04721), appendix B. The standard deviation is |gamma| of
// the batch norm: with the signed gamma the formulas are wrong for negative ones.
#pragma once

namespace mote {

/// E[clamp(X, low, high)], X normal with that mean and stddev >= 0; the bounds may be infinite.
double clamped_normal_mean(double mean, double stddev, double low, double high);

}  // namespace mote
