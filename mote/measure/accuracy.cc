#include "mote/measure/accuracy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mote {

int64_t best_class(std::span<const float> scores) {
  if (scores.size() == 1) return scores[0] > 0.5f ? 1 : 0;
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

int64_t rank_of(std::span<const float> scores, int64_t label) {
  const auto count = static_cast<int64_t>(scores.size());
  if (count == 1) return best_class(scores) == label ? 0 : 1;
  if (label < 0 || label >= count) return count;
  const float own = scores[static_cast<size_t>(label)];
  int64_t rank = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float score = scores[static_cast<size_t>(i)];
    if (score > own || (score == own && i < label)) ++rank;
  }
  return rank;
}

double area_under_roc(std::span<const double> scores, std::span<const bool> positive) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  double rank_sum = 0.0;
  double positives = 0.0;
  for (size_t first = 0; first < order.size();) {
    size_t last = first;
    while (last < order.size() && scores[order[last]] == scores[order[first]]) ++last;
    // Equal scores share the mean of their ranks (1-based).
    const double rank = (static_cast<double>(first) + 1.0 + static_cast<double>(last)) / 2.0;
    for (size_t i = first; i < last; ++i) {
      if (!positive[order[i]]) continue;
      rank_sum += rank;
      positives += 1.0;
    }
    first = last;
  }
  const double negatives = static_cast<double>(scores.size()) - positives;
  if (positives == 0.0 || negatives == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives);
}

double PairedDifference::mean() const {
  return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
}

double PairedDifference::standard_error() const {
  if (count_ < 2) return 0.0;
  const auto n = static_cast<double>(count_);
  const double variance = std::max(0.0, (sum_of_squares_ - sum_ * sum_ / n) / (n - 1.0));
  return std::sqrt(variance / n);
}

double decibels(double signal_energy, double noise_energy) {
  if (noise_energy <= 0.0) return kNoNoiseDb;
  if (signal_energy <= 0.0) return -kNoNoiseDb;
  return std::clamp(10.0 * std::log10(signal_energy / noise_energy), -kNoNoiseDb, kNoNoiseDb);
}

std::string decibel_text(double db) {
  return db >= kNoNoiseDb ? "exact" : fmt::format("{:.1f}", db);
}

}  // namespace mote
