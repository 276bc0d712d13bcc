#include <algorithm>
#include <cmath>

#include "mote/compress/quantize/scaling.h"
#include "mote/compress/quantize/weight_factors.h"

namespace mote {
namespace {

struct Boundary {
  std::vector<size_t> classes;
  std::vector<size_t> writers, readers;  ///< layers
};

class Equalizer {
 public:
  explicit Equalizer(ScalingProblem& problem) : problem_(problem) {
    write_.assign(static_cast<size_t>(problem.classes.count), 0.0);
    read_ = write_;
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      Boundary boundary = boundary_of(l);
      const bool seen = std::any_of(boundaries_.begin(), boundaries_.end(), [&](const Boundary& b) {
        return b.classes == boundary.classes;
      });
      if (!boundary.classes.empty() && !seen) boundaries_.push_back(std::move(boundary));
    }
  }

  // One visit of every boundary, in the order of the layers; returns the largest change.
  double sweep() {
    double change = 0.0;
    for (const Boundary& boundary : boundaries_) change = std::max(change, visit(boundary));
    return change;
  }

 private:
  WeightFactors factors_of(size_t l) const {
    const auto& x = x_of(l);
    const auto& y = y_of(l);
    WeightFactors factors;
    for (size_t o = 0; o < y.classes.size(); ++o) {
      factors.up.push_back(static_cast<float>(std::exp(problem_.log_of(y, o))));
    }
    for (size_t i = 0; i < x.classes.size(); ++i) {
      factors.down.push_back(static_cast<float>(std::exp(-problem_.log_of(x, i))));
    }
    return factors;
  }

  // The classes of the activation that layer `l` writes, and all layers that write or read them.
  Boundary boundary_of(size_t l) const {
    Boundary boundary;
    std::vector<bool> in(static_cast<size_t>(problem_.classes.count), false);
    for (const int32_t c : y_of(l).classes) {
      if (problem_.classes.fixed[static_cast<size_t>(c)] || in[static_cast<size_t>(c)]) continue;
      in[static_cast<size_t>(c)] = true;
      boundary.classes.push_back(static_cast<size_t>(c));
    }
    const auto touches = [&](const ScalingProblem::Activation& activation) {
      return std::any_of(activation.classes.begin(), activation.classes.end(),
                         [&](int32_t c) { return in[static_cast<size_t>(c)]; });
    };
    for (size_t other = 0; other < problem_.layers.size(); ++other) {
      if (touches(y_of(other))) boundary.writers.push_back(other);
      if (touches(x_of(other))) boundary.readers.push_back(other);
    }
    return boundary;
  }

  double visit(const Boundary& boundary) {
    for (const size_t c : boundary.classes) write_[c] = read_[c] = 0.0;
    for (const size_t l : boundary.writers) {
      const Layer& layer = problem_.layers[l].layer;
      raise(write_, y_of(l), row_maxima(*problem_.graph, layer, factors_of(l)));
    }
    for (const size_t l : boundary.readers) {
      const Layer& layer = problem_.layers[l].layer;
      raise(read_, x_of(l), column_maxima(*problem_.graph, layer, factors_of(l)));
    }
    double change = 0.0;
    for (const size_t c : boundary.classes) {
      if (write_[c] <= 0.0 || read_[c] <= 0.0) continue;
      const double wanted = problem_.log_scale[c] + 0.5 * std::log(read_[c] / write_[c]);
      const double next = std::clamp(wanted, problem_.lowest[c], problem_.highest[c]);
      change = std::max(change, std::abs(next - problem_.log_scale[c]));
      problem_.log_scale[c] = next;
    }
    return change;
  }

  const ScalingProblem::Activation& x_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].x)];
  }
  const ScalingProblem::Activation& y_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].y)];
  }
  static void raise(std::vector<double>& into, const ScalingProblem::Activation& activation,
                    const std::vector<float>& ranges) {
    for (size_t i = 0; i < activation.classes.size(); ++i) {
      double& to = into[static_cast<size_t>(activation.classes[i])];
      to = std::max(to, static_cast<double>(ranges[i]));
    }
  }

  ScalingProblem& problem_;
  std::vector<Boundary> boundaries_;
  std::vector<double> write_, read_;  // by class, valid for the boundary that is visited
};

}  // namespace

EqualizeResult equalize(ScalingProblem& problem, const EqualizeOptions& options) {
  Equalizer equalizer(problem);
  EqualizeResult result;
  while (result.sweeps < options.max_sweeps) {
    result.last_change = equalizer.sweep();
    ++result.sweeps;
    if (result.last_change < options.tolerance) break;
  }
  return result;
}

}  // namespace mote
