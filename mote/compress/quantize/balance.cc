#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "mote/compress/quantize/scaling.h"
#include "mote/compress/quantize/weight_factors.h"

namespace mote {
namespace {

// Levels of the grids the noise is predicted for: 8 bit symmetric weights, asymmetric activations.
constexpr double kWeightLevels = 127.0;
constexpr double kActivationLevels = 255.0;
// Variance of a uniform rounding error of step 1.
constexpr double kRoundingVariance = 1.0 / 12.0;
// The first exponent of the p-norms; it doubles from stage to stage.
constexpr double kFirstExponent = 8.0;
// Adam (Kingma and Ba 2015) on log scales; the step halves in the last stages.
constexpr double kStep = 0.05;
constexpr double kMomentum = 0.9;
constexpr double kSecondMomentum = 0.99;
constexpr double kTiny = 1e-7;
// Only weights near the maximum matter to it, and the nearer the larger the exponent is. Between
// two searches for them, ten steps move two scales by at most ten steps each, e in total.
constexpr int kStepsBetweenSearches = 10;
constexpr std::array<float, 3> kNearMaximum = {0.35f, 0.4f, 0.5f};
// A stage ends early where the steps between two searches gave less than this share of the cost.
constexpr double kLeastGain = 2e-3;
// Parts that a sum over candidates is made of.
constexpr size_t kSums = 8;
// Shares of a maximum below this move nothing.
constexpr float kSmallestShare = 1e-7f;

// v to the power of p, which is a power of two.
template <class Real>
Real power(Real v, double p) {
  for (double q = 1.0; q < p; q *= 2.0) v *= v;
  return v;
}

class Balancer {
 public:
  explicit Balancer(ScalingProblem& problem)
      : problem_(problem),
        count_(static_cast<size_t>(problem.classes.count)),
        scale_(count_),
        candidates_(problem.layers.size()),
        gradient_(count_),
        first_(count_, 0.0),
        second_(count_, 0.0) {}

  double run(const BalanceOptions& options) {
    double cost = 0.0;
    exponent_ = kFirstExponent;
    for (int stage = 0; stage < options.stages; ++stage, exponent_ *= 2.0) {
      const double step = stage * 2 >= options.stages ? kStep / 2.0 : kStep;
      double before = std::numeric_limits<double>::infinity();
      for (int i = 0; i < options.steps_per_stage; ++i) {
        update_scales();
        if (i % kStepsBetweenSearches == 0) {
          find_candidates(kNearMaximum[std::min<size_t>(static_cast<size_t>(stage), 2)]);
        }
        cost = evaluate();
        if (i % kStepsBetweenSearches == 0) {
          if (cost > (1.0 - kLeastGain) * before) break;
          before = cost;
        }
        advance(step, cost);
      }
    }
    return cost;
  }

  // At the problem's scales, with the exponent of the last stage.
  double cost(const BalanceOptions& options) {
    exponent_ = std::ldexp(kFirstExponent, options.stages - 1);
    update_scales();
    find_candidates(kNearMaximum.back());
    return evaluate();
  }

 private:
  using Activation = ScalingProblem::Activation;
  const Activation& x_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].x)];
  }
  const Activation& y_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].y)];
  }
  bool per_tensor() const { return problem_.options.weights == WeightScales::kPerTensor; }

  void update_scales() {
    for (size_t c = 0; c < count_; ++c) scale_[c] = std::exp(problem_.log_scale[c]);
  }
  double scale_of(const Activation& a, size_t channel) const {
    return scale_[static_cast<size_t>(a.classes[channel])];
  }

  void find_candidates(float near_maximum) {
    for (size_t l = 0; l < problem_.layers.size(); ++l) {
      prepare_factors(l);
      candidates_[l] = large_weights(*problem_.graph, problem_.layers[l].layer, factors_,
                                     {.share = near_maximum, .per_row = !per_tensor()});
    }
  }

  double evaluate() {
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    double cost = 0.0;
    for (size_t l = 0; l < problem_.layers.size(); ++l) {
      cost += per_tensor() ? weights_per_tensor(l) : weights_per_channel(l);
    }
    for (const Activation& activation : problem_.activations) cost += activation_cost(activation);
    return cost;
  }

  void add(const Activation& a, size_t channel, double slope) {
    gradient_[static_cast<size_t>(a.classes[channel])] += slope;
  }

  // Powers of a layer's inputs under the scales; returns their sum.
  double input_powers(size_t l) {
    const Activation& x = x_of(l);
    powers_.assign(x.classes.size(), 0.0);
    double total = 0.0;
    for (size_t i = 0; i < powers_.size(); ++i) {
      const double scale = scale_of(x, i);
      powers_[i] = static_cast<double>(x.power[i]) * scale * scale;
      total += powers_[i];
    }
    return total;
  }

  // The noise every output channel gets: sum over the inputs it reads.
  double power_into(size_t l, size_t o, double all) const {
    const Layer& layer = problem_.layers[l].layer;
    if (layer.groups == 1) return all;
    double sum = 0.0;
    for (int64_t j = 0; j < layer.inputs_per_group(); ++j) {
      sum += powers_[static_cast<size_t>(layer.input_channel(static_cast<int64_t>(o), j))];
    }
    return sum;
  }

  void spread_power_slope(size_t l, size_t o, double slope_per_power) {
    const Layer& layer = problem_.layers[l].layer;
    for (int64_t j = 0; j < layer.inputs_per_group(); ++j) {
      const auto i = static_cast<size_t>(layer.input_channel(static_cast<int64_t>(o), j));
      add(x_of(l), i, 2.0 * slope_per_power * powers_[i]);
    }
  }

  // The factors of a layer's channels under the current scales.
  void prepare_factors(size_t l) {
    const Activation& x = x_of(l);
    const Activation& y = y_of(l);
    factors_.up.resize(y.classes.size());
    factors_.down.resize(x.classes.size());
    for (size_t o = 0; o < y.classes.size(); ++o) {
      factors_.up[o] = static_cast<float>(scale_of(y, o));
    }
    for (size_t i = 0; i < x.classes.size(); ++i) {
      factors_.down[i] = static_cast<float>(1.0 / scale_of(x, i));
    }
  }

  // Log of the p-norm of the candidates of some rows, and in `shares_` its slope by each.
  double log_norm(size_t l, std::span<const LargeWeights::Row> rows) {
    const LargeWeights& list = candidates_[l];
    shares_.resize(list.magnitude.size());
    float top = 0.0f;
    for (const LargeWeights::Row& row : rows) {
      const float up = factors_.up[static_cast<size_t>(row.o)];
      for (size_t k = row.first; k < row.last; ++k) {
        const float share =
            list.magnitude[k] * up * factors_.down[static_cast<size_t>(list.inputs[k])];
        shares_[k] = share;
        top = std::max(top, share);
      }
    }
    const std::span<float> shares =
        std::span(shares_).subspan(rows.front().first, rows.back().last - rows.front().first);
    const double sum = raise_shares(shares, top);
    return std::log(static_cast<double>(top)) + std::log(sum) / exponent_;
  }

  // Divides by the largest, raises to the exponent and makes the sum 1; returns the sum before.
  double raise_shares(std::span<float> shares, float top) const {
    for (float& share : shares) share /= top;
    for (double p = 1.0; p < exponent_; p *= 2.0) {
      for (float& share : shares) share *= share;
    }
    // Several sums side by side do not wait for one another.
    std::array<double, kSums> sums{};
    const size_t whole = shares.size() - shares.size() % kSums;
    for (size_t k = 0; k < whole; k += kSums) {
      for (size_t s = 0; s < kSums; ++s) sums[s] += static_cast<double>(shares[k + s]);
    }
    double sum = 0.0;
    for (size_t k = whole; k < shares.size(); ++k) sum += static_cast<double>(shares[k]);
    for (const double part : sums) sum += part;
    const auto total = static_cast<float>(sum);
    for (float& share : shares) share /= total;
    return sum;
  }

  // Of the input channels into `column_slopes_`, which is added once all rows of a layer are in.
  void add_norm_slope(size_t l, std::span<const LargeWeights::Row> rows, double slope) {
    const LargeWeights& list = candidates_[l];
    for (const LargeWeights::Row& row : rows) {
      double row_slope = 0.0;
      for (size_t k = row.first; k < row.last; ++k) {
        if (shares_[k] < kSmallestShare) continue;
        const double part = slope * static_cast<double>(shares_[k]);
        row_slope += part;
        column_slopes_[static_cast<size_t>(list.inputs[k])] += part;
      }
      add(y_of(l), static_cast<size_t>(row.o), row_slope);
    }
  }
  void clear_column_slopes(size_t l) { column_slopes_.assign(x_of(l).classes.size(), 0.0); }
  void add_column_slopes(size_t l) {
    for (size_t i = 0; i < column_slopes_.size(); ++i) add(x_of(l), i, -column_slopes_[i]);
  }

  double weights_per_tensor(size_t l) {
    const auto& scaled = problem_.layers[l];
    if (candidates_[l].rows.empty()) return 0.0;
    prepare_factors(l);
    const double step = std::exp(log_norm(l, candidates_[l].rows)) / kWeightLevels;
    const double variance =
        step * step * kRoundingVariance * static_cast<double>(scaled.layer.taps);
    const double all = input_powers(l);
    double cost = 0.0;
    double by_power = 0.0;  // of a layer without groups: the same slope for every input
    for (size_t o = 0; o < scaled.sensitivity.size(); ++o) {
      const double scale = scale_of(y_of(l), o);
      const double gain = variance * scaled.sensitivity[o] / (scale * scale);
      const double part = gain * power_into(l, o, all);
      cost += part;
      add(y_of(l), o, -2.0 * part);
      if (scaled.layer.groups == 1)
        by_power += gain;
      else
        spread_power_slope(l, o, gain);
    }
    if (scaled.layer.groups == 1) spread_power_slope(l, 0, by_power);
    clear_column_slopes(l);
    add_norm_slope(l, candidates_[l].rows, 2.0 * cost);
    add_column_slopes(l);
    return cost;
  }

  // Every row has its own step, so the scale of an output channel cancels.
  double weights_per_channel(size_t l) {
    const auto& scaled = problem_.layers[l];
    prepare_factors(l);
    const double all = input_powers(l);
    double cost = 0.0;
    double by_power = 0.0;
    clear_column_slopes(l);
    for (const LargeWeights::Row& row : candidates_[l].rows) {
      const std::span<const LargeWeights::Row> one(&row, 1);
      const auto o = static_cast<size_t>(row.o);
      const double step = std::exp(log_norm(l, one)) / (scale_of(y_of(l), o) * kWeightLevels);
      const double gain = step * step * kRoundingVariance * static_cast<double>(scaled.layer.taps) *
                          scaled.sensitivity[o];
      const double part = gain * power_into(l, o, all);
      cost += part;
      add(y_of(l), o, -2.0 * part);
      add_norm_slope(l, one, 2.0 * part);
      if (scaled.layer.groups == 1)
        by_power += gain;
      else
        spread_power_slope(l, o, gain);
    }
    add_column_slopes(l);
    if (scaled.layer.groups == 1) spread_power_slope(l, 0, by_power);
    return cost;
  }

  // p-norm of one end of an activation's range; 0 with no shares when that end is 0.
  double end_norm(const Activation& a, const std::vector<float>& end, double sign,
                  std::vector<double>& shares) const {
    shares.assign(end.size(), 0.0);
    double top = 0.0;
    for (size_t c = 0; c < end.size(); ++c) {
      shares[c] = sign * static_cast<double>(end[c]) * scale_of(a, c);
      top = std::max(top, shares[c]);
    }
    if (top <= 0.0) {
      std::fill(shares.begin(), shares.end(), 0.0);
      return 0.0;
    }
    double sum = 0.0;
    for (double& share : shares) {
      share = share <= 0.0 ? 0.0 : power(share / top, exponent_);
      sum += share;
    }
    for (double& share : shares) share /= sum;
    return top * std::exp(std::log(sum) / exponent_);
  }

  double activation_cost(const Activation& a) {
    const double high = end_norm(a, a.high, 1.0, high_shares_);
    const double low = end_norm(a, a.low, -1.0, low_shares_);
    const double range = high + low;
    if (range <= 0.0) return 0.0;
    const double step = range / kActivationLevels;
    double weight = 0.0;
    powers_.assign(a.classes.size(), 0.0);
    for (size_t c = 0; c < powers_.size(); ++c) {
      const double scale = scale_of(a, c);
      powers_[c] = a.sensitivity[c] / (scale * scale);
      weight += powers_[c];
    }
    const double variance = step * step * kRoundingVariance;
    const double cost = variance * weight;
    for (size_t c = 0; c < powers_.size(); ++c) {
      add(a, c,
          2.0 * cost * (high * high_shares_[c] + low * low_shares_[c]) / range -
              2.0 * variance * powers_[c]);
    }
    return cost;
  }

  void advance(double step, double cost) {
    ++steps_;
    const double unbias_first = 1.0 - std::pow(kMomentum, steps_);
    const double unbias_second = 1.0 - std::pow(kSecondMomentum, steps_);
    for (size_t c = 0; c < count_; ++c) {
      if (problem_.classes.fixed[c]) continue;
      const double slope = gradient_[c] / cost;
      first_[c] = kMomentum * first_[c] + (1.0 - kMomentum) * slope;
      second_[c] = kSecondMomentum * second_[c] + (1.0 - kSecondMomentum) * slope * slope;
      const double move =
          step * (first_[c] / unbias_first) / (std::sqrt(second_[c] / unbias_second) + kTiny);
      problem_.log_scale[c] =
          std::clamp(problem_.log_scale[c] - move, problem_.lowest[c], problem_.highest[c]);
    }
  }

  ScalingProblem& problem_;
  size_t count_;
  std::vector<double> scale_;  // by class
  std::vector<LargeWeights> candidates_;
  std::vector<double> gradient_, first_, second_;
  std::vector<double> powers_, high_shares_, low_shares_, column_slopes_;
  std::vector<float> shares_;
  WeightFactors factors_;  // of the layer that is looked at
  double exponent_ = kFirstExponent;
  int steps_ = 0;
};

}  // namespace

double balance_noise(ScalingProblem& problem, const BalanceOptions& options) {
  if (problem.layers.empty()) return 0.0;
  return Balancer(problem).run(options);
}

double predicted_noise(ScalingProblem& problem) {
  if (problem.layers.empty()) return 0.0;
  return Balancer(problem).cost({});
}

}  // namespace mote
