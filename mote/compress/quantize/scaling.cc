#include "mote/compress/quantize/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "mote/ops/op_table.h"

namespace mote {
namespace {

// The share of E[x]^2 that still counts as weight noise when the bias is corrected afterwards: the
// correction removes the mean error only as well as the calibration inputs know the mean.
constexpr double kMeanShare = 0.1;
// Variance that passes a clamp, on average; the common factor of all clamps only rescales the cost.
constexpr double kClampPass = 0.7;
// A channel that reaches its clip within this share is clipped there.
constexpr float kClipReached = 0.98f;
constexpr float kRelu6 = 6.0f;

class ProblemBuilder {
 public:
  ProblemBuilder(const Graph& graph, const Statistics& statistics, const ScalingOptions& options)
      : graph_(graph), statistics_(statistics) {
    problem_.options = options;
    problem_.graph = &graph;
  }

  ScalingProblem build() {
    const std::vector<Layer> layers = float_layers(graph_);
    problem_.classes = channel_classes(graph_, layers);
    for (const NodeId id : graph_.topological_order()) {
      for (const ValueId input : graph_.node(id).inputs) add_activation(input);
      for (const ValueId output : graph_.node(id).outputs) add_activation(output);
    }
    for (const Layer& layer : layers) add_layer(layer);
    const auto count = static_cast<size_t>(problem_.classes.count);
    problem_.log_scale.assign(count, 0.0);
    problem_.lowest.assign(count, -std::numeric_limits<double>::infinity());
    problem_.highest.assign(count, std::numeric_limits<double>::infinity());
    for (size_t i = 0; i < count; ++i) {
      if (problem_.classes.fixed[i]) problem_.lowest[i] = problem_.highest[i] = 0.0;
    }
    if (problem_.options.clip == ClipRule::kGuarded) guard_clips();
    propagate_sensitivity();
    return std::move(problem_);
  }

 private:
  void add_activation(ValueId id) {
    if (!id.valid() || at_.contains(id.index)) return;
    const auto found = statistics_.values.find(id.index);
    const std::vector<int32_t>& classes = problem_.classes.channels(id);
    if (found == statistics_.values.end() || classes.size() != found->second.low.size()) return;
    const ChannelMoments& moments = found->second;
    ScalingProblem::Activation activation{.value = id, .classes = classes};
    for (size_t c = 0; c < classes.size(); ++c) {
      activation.low.push_back(std::min(0.0f, moments.low[c]));
      activation.high.push_back(std::max(0.0f, moments.high[c]));
      const double mean_square = moments.mean[c] * moments.mean[c];
      const double variance = std::max(0.0, moments.mean_square[c] - mean_square);
      activation.power.push_back(static_cast<float>(variance + kMeanShare * mean_square));
    }
    activation.sensitivity.assign(classes.size(), 0.0);
    at_[id.index] = static_cast<int>(problem_.activations.size());
    problem_.activations.push_back(std::move(activation));
  }

  int at(ValueId id) const {
    const auto found = at_.find(id.index);
    return found == at_.end() ? -1 : found->second;
  }

  void add_layer(const Layer& layer) {
    const int x = at(layer.x);
    const int y = at(layer.y);
    if (x < 0 || y < 0) return;
    // A layer over channels it cannot tell apart takes no part.
    if (problem_.activations[static_cast<size_t>(x)].classes.size() !=
        static_cast<size_t>(layer.ic)) {
      return;
    }
    problem_.layers.push_back({layer, x, y, {}});
  }

  // Scaled values must meet the unscaled clip just as before: those that reach 6 keep their scale,
  // others may grow up to it.
  void guard_clips() {
    for (const auto& scaled : problem_.layers) {
      if (scaled.layer.activation != Activation::kRelu6) continue;
      const auto& y = problem_.activations[static_cast<size_t>(scaled.y)];
      for (size_t c = 0; c < y.classes.size(); ++c) {
        const auto id = static_cast<size_t>(y.classes[c]);
        if (y.high[c] >= kRelu6 * kClipReached) problem_.lowest[id] = 0.0;
        if (y.high[c] <= 0.0f) continue;
        const double room = std::log(std::max(1.0, static_cast<double>(kRelu6 / y.high[c])));
        problem_.highest[id] = std::min(problem_.highest[id], room);
      }
    }
  }

  std::vector<double>* sensitivity(ValueId id) {
    const int i = at(id);
    return i < 0 ? nullptr : &problem_.activations[static_cast<size_t>(i)].sensitivity;
  }

  void propagate_sensitivity() {
    for (const ValueId id : graph_.outputs()) {
      if (auto* s = sensitivity(id)) std::fill(s->begin(), s->end(), 1.0);
    }
    std::map<int32_t, ScalingProblem::ScaledLayer*> layer_of;
    for (auto& scaled : problem_.layers) layer_of[scaled.layer.node.index] = &scaled;
    const std::vector<NodeId> order = graph_.topological_order();
    for (auto id = order.rbegin(); id != order.rend(); ++id) {
      if (const auto found = layer_of.find(id->index); found != layer_of.end()) {
        through_layer(*found->second);
      } else {
        through_other(graph_.node(*id));
      }
    }
  }

  void through_layer(ScalingProblem::ScaledLayer& scaled) {
    const auto& y = problem_.activations[static_cast<size_t>(scaled.y)];
    scaled.sensitivity = y.sensitivity;
    for (size_t o = 0; o < scaled.sensitivity.size(); ++o) {
      if (scaled.layer.activation == Activation::kNone) continue;
      scaled.sensitivity[o] *= y.high[o] <= 0.0f ? 0.0 : kClampPass;
    }
    auto& x = problem_.activations[static_cast<size_t>(scaled.x)].sensitivity;
    const std::span<const float> w = constant_floats(graph_, scaled.layer.w);
    for_each_weight(scaled.layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
      const double weight = static_cast<double>(w[e]);
      x[static_cast<size_t>(i)] += weight * weight * scaled.sensitivity[static_cast<size_t>(o)];
    });
  }

  // Operators without weights hand the variance on, channel by channel where they have as many.
  void through_other(const Node& node) {
    for (const ValueId output : node.outputs) {
      const std::vector<double>* from = sensitivity(output);
      if (from == nullptr || from->empty()) continue;
      size_t offset = 0;
      for (const ValueId input : node.inputs) {
        std::vector<double>* to = input.valid() ? sensitivity(input) : nullptr;
        if (to == nullptr) continue;
        for (size_t c = 0; c < std::max(to->size(), from->size()); ++c) {
          (*to)[c % to->size()] += (*from)[(offset + c) % from->size()];
          if (is_op(node, "concat") && c + 1 == to->size()) break;
        }
        if (is_op(node, "concat")) offset += to->size();
      }
    }
  }

  const Graph& graph_;
  const Statistics& statistics_;
  ScalingProblem problem_;
  std::map<int32_t, int> at_;
};

}  // namespace

ScalingProblem scaling_problem(const Graph& graph, const Statistics& statistics,
                               const ScalingOptions& options) {
  return ProblemBuilder(graph, statistics, options).build();
}

Statistics scaled_statistics(const Statistics& statistics, const ScalingProblem& problem) {
  Statistics scaled = statistics;
  for (const auto& activation : problem.activations) {
    ChannelMoments& moments = scaled.values.at(activation.value.index);
    for (size_t c = 0; c < activation.classes.size(); ++c) {
      const double s = std::exp(problem.log_of(activation, c));
      moments.low[c] *= static_cast<float>(s);
      moments.high[c] *= static_cast<float>(s);
      moments.mean[c] *= s;
      moments.mean_square[c] *= s * s;
    }
  }
  for (const auto& layer : problem.layers) {
    const auto& x = problem.activations[static_cast<size_t>(layer.x)];
    for (auto& batch : scaled.taps) {
      const auto taps = batch.find(layer.layer.node.index);
      if (taps == batch.end()) continue;
      for (size_t i = 0; i < taps->second.size(); ++i) {
        taps->second[i] *= std::exp(problem.log_of(x, i % x.classes.size()));
      }
    }
  }
  return scaled;
}

}  // namespace mote
