// Figures of merit of answers: which class won, how two models differ, how well scores separate.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mote {

/// The index of the largest score, the first of equals. A single score is that of class 1 of two:
/// 1 when it is above 0.5. `scores` is not empty.
int64_t best_class(std::span<const float> scores);

/// How many scores stand before that of `label`: larger ones, and equal ones with a lower index. A
/// label outside the scores ranks behind all.
int64_t rank_of(std::span<const float> scores, int64_t label);

/// Area under the ROC curve: the chance that a positive scores above a negative, ties counting
/// half. Source: Mann and Whitney 1947; Hanley and McNeil 1982. NaN when one of the sets is empty.
double area_under_roc(std::span<const double> scores, std::span<const bool> positive);

/// Mean of per-sample differences and its standard error: sd / sqrt(n), sd with n - 1. On right (1)
/// and wrong (0) answers of two models on the same samples this is McNemar's comparison.
class PairedDifference {
 public:
  void add(double difference) {
    ++count_;
    sum_ += difference;
    sum_of_squares_ += difference * difference;
  }
  int64_t count() const { return count_; }
  /// 0 without samples.
  double mean() const;
  /// 0 below two samples.
  double standard_error() const;

 private:
  int64_t count_ = 0;
  double sum_ = 0.0;
  double sum_of_squares_ = 0.0;
};

/// What decibels() gives where there is no noise.
inline constexpr double kNoNoiseDb = 200.0;

/// 10 log10(signal / noise), energies. Bounded to +-kNoNoiseDb, so that exact copies and silent
/// signals stay printable.
double decibels(double signal_energy, double noise_energy);

/// With one decimal, or "exact" where there is no noise.
std::string decibel_text(double db);

}  // namespace mote
