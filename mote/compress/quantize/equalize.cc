#include <algorithm>
#include <cmath>

#include "mote/compress/quantize/scaling.h"

namespace mote {
namespace {

// Largest |weight| of each output and input channel under the current scales.
struct LayerRanges {
  std::vector<double> row, column;
};

struct Boundary {
  std::vector<size_t> classes;
  std::vector<size_t> writers, readers;  ///< layers
};

class Equalizer {
 public:
  explicit Equalizer(ScalingProblem& problem) : problem_(problem), ranges_(problem.layers.size()) {
    write_.assign(static_cast<size_t>(problem.classes.count), 0.0);
    read_ = write_;
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      measure(l);
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
  void measure(size_t l) {
    const auto& scaled = problem_.layers[l];
    const auto& x = x_of(l);
    const auto& y = y_of(l);
    LayerRanges& ranges = ranges_[l];
    ranges.row.assign(static_cast<size_t>(scaled.layer.oc), 0.0);
    ranges.column.assign(static_cast<size_t>(scaled.layer.ic), 0.0);
    std::vector<double> up(ranges.row.size());
    std::vector<double> down(ranges.column.size());
    for (size_t o = 0; o < up.size(); ++o) up[o] = std::exp(problem_.log_of(y, o));
    for (size_t i = 0; i < down.size(); ++i) down[i] = std::exp(-problem_.log_of(x, i));
    const std::span<const float> w = constant_floats(*problem_.graph, scaled.layer.w);
    for_each_weight(scaled.layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
      const auto row = static_cast<size_t>(o);
      const auto column = static_cast<size_t>(i);
      const double magnitude = std::abs(static_cast<double>(w[e])) * up[row] * down[column];
      ranges.row[row] = std::max(ranges.row[row], magnitude);
      ranges.column[column] = std::max(ranges.column[column], magnitude);
    });
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
    for (const size_t l : boundary.writers) raise(write_, y_of(l), ranges_[l].row);
    for (const size_t l : boundary.readers) raise(read_, x_of(l), ranges_[l].column);
    double change = 0.0;
    for (const size_t c : boundary.classes) {
      if (write_[c] <= 0.0 || read_[c] <= 0.0) continue;
      const double wanted = problem_.log_scale[c] + 0.5 * std::log(read_[c] / write_[c]);
      const double next = std::clamp(wanted, problem_.lowest[c], problem_.highest[c]);
      change = std::max(change, std::abs(next - problem_.log_scale[c]));
      problem_.log_scale[c] = next;
    }
    if (change == 0.0) return change;
    for (const size_t l : boundary.writers) measure(l);
    for (const size_t l : boundary.readers) measure(l);
    return change;
  }

  const ScalingProblem::Activation& x_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].x)];
  }
  const ScalingProblem::Activation& y_of(size_t l) const {
    return problem_.activations[static_cast<size_t>(problem_.layers[l].y)];
  }
  static void raise(std::vector<double>& into, const ScalingProblem::Activation& activation,
                    const std::vector<double>& ranges) {
    for (size_t i = 0; i < activation.classes.size(); ++i) {
      double& to = into[static_cast<size_t>(activation.classes[i])];
      to = std::max(to, ranges[i]);
    }
  }

  ScalingProblem& problem_;
  std::vector<LayerRanges> ranges_;
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
