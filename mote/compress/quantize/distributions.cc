#include "mote/compress/quantize/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "mote/compress/quantize/layers.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

using Found = std::optional<Distribution>;

void clamp(ClampedNormal& x, double low, double high) {
  // The bounds of `x` are of the variable before its slope.
  const auto inner = [&](double v) { return v < 0.0 ? v / x.slope : v; };
  const double from = inner(low);
  const double to = inner(high);
  x.low = std::clamp(x.low, from, to);
  x.high = std::clamp(x.high, from, to);
}

void clamp(Distribution& x, const ClampRange& range) {
  for (ClampedNormal& channel : x.channels)
    clamp(channel, static_cast<double>(range.low), static_cast<double>(range.high));
}

class Propagation {
 public:
  explicit Propagation(const Graph& graph) : graph_(graph) {}

  Distributions run() {
    for (const NodeId id : graph_.topological_order()) {
      const Node& node = graph_.node(id);
      if (node.outputs.size() != 1) continue;
      Found found = of(id, node);
      if (!found || static_cast<int64_t>(found->channels.size()) != channels(node)) continue;
      known_[node.outputs[0].index] = std::move(*found);
    }
    return std::move(known_);
  }

 private:
  const Shape& shape(const Node& node) const { return graph_.value(node.outputs[0]).type.shape; }
  int64_t channels(const Node& node) const {
    const int rank = shape(node).rank();
    return rank == 0 ? 0 : shape(node)[rank - 1];
  }
  const Distribution* operand(const Node& node, size_t i) const {
    if (!node.has_input(i)) return nullptr;
    const auto found = known_.find(node.inputs[i].index);
    return found == known_.end() ? nullptr : &found->second;
  }

  Found of(NodeId id, const Node& node) const {
    if (node.statistics != nullptr) return normal(id, node);
    if (const std::optional<Layer> layer = float_layer(graph_, id)) return behind(*layer);
    if (is_op(node, "add")) return sum(node);
    if (is_op(node, "concat")) return joined(node);
    const Distribution* x = operand(node, 0);
    if (x == nullptr) return std::nullopt;
    if (is_op(node, "minimum")) return below_constant(node, *x);
    if (is_op(node, "leaky_relu")) return leaky(node, *x);
    if (is_op(node, "average_pool_2d") || is_op(node, "mean")) return averaged(node, *x);
    if (is_op(node, "reshape")) return *x;
    if (is_op(node, "slice")) return sliced(node, *x);
    if (is_op(node, "pad")) return padded(node, *x);
    const std::optional<Activation> activation = separate_activation(node);
    if (!activation) return std::nullopt;
    if (x->mean_only) return std::nullopt;
    Distribution y = *x;
    clamp(y, clamp_range(*activation));
    return y;
  }

  static std::optional<Activation> separate_activation(const Node& node) {
    for (const Activation a : enum_values(Activation{})) {
      if (a != Activation::kNone && is_op(node, name(a))) return a;
    }
    return std::nullopt;
  }

  static Activation fused(const Node& node) {
    return fused_activation(node).value_or(Activation::kNone);
  }

  // Statistics are of the last axis in layers, and in a batch norm that stands alone (a sum with a
  // constant) where that has the last axis too.
  Found normal(NodeId id, const Node& node) const {
    const Tensor* shift = is_op(node, "add") ? constant_input(graph_, node, 1) : nullptr;
    const bool last_axis = shift != nullptr && per_last_axis(*shift, shape(node)).has_value();
    if (!float_layer(graph_, id) && !is_op(node, "transpose_conv_2d") && !last_axis)
      return std::nullopt;
    Distribution y{.direct = true};
    for (size_t c = 0; c < node.statistics->mean.size(); ++c) {
      y.channels.push_back({.mean = static_cast<double>(node.statistics->mean[c]),
                            .stddev = static_cast<double>(node.statistics->stddev[c])});
    }
    clamp(y, clamp_range(fused(node)));
    return y;
  }

  // The mean of a layer is linear in the means of what it reads, but for the padding.
  Found behind(const Layer& layer) const {
    const Distribution* x = operand(graph_.node(layer.node), 0);
    if (x == nullptr || layer.activation != Activation::kNone) return std::nullopt;
    if (x->channels.size() != static_cast<size_t>(layer.ic)) return std::nullopt;
    const std::vector<double> means = x->means();
    Distribution y{.mean_only = true};
    for (const float b : bias_of(graph_, layer))
      y.channels.push_back({.mean = static_cast<double>(b)});
    const std::span<const float> w = constant_floats(graph_, layer.w);
    for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
      y.channels[static_cast<size_t>(o)].mean +=
          static_cast<double>(w[e]) * means[static_cast<size_t>(i)];
    });
    return y;
  }

  // Of independent operands; counted as normal.
  Found sum(const Node& node) const {
    const Distribution* a = operand(node, 0);
    const Distribution* b = operand(node, 1);
    if (a == nullptr || b == nullptr || a->channels.size() != b->channels.size())
      return std::nullopt;
    Distribution y{.mean_only = a->mean_only || b->mean_only};
    for (size_t c = 0; c < a->channels.size(); ++c) {
      const ClampedNormal& p = a->channels[c];
      const ClampedNormal& q = b->channels[c];
      y.channels.push_back({.mean = expectation(p) + expectation(q),
                            .stddev = std::sqrt(variance(p) + variance(q))});
    }
    if (y.mean_only && fused(node) != Activation::kNone) return std::nullopt;
    clamp(y, clamp_range(fused(node)));
    return y;
  }

  Found joined(const Node& node) const {
    if (node.attrs<AxisAttrs>().axis != shape(node).rank() - 1) return std::nullopt;
    Distribution y{.direct = true};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Distribution* part = operand(node, i);
      if (part == nullptr) return std::nullopt;
      y.channels.insert(y.channels.end(), part->channels.begin(), part->channels.end());
      y.direct = y.direct && part->direct;
      y.mean_only = y.mean_only || part->mean_only;
    }
    return y;
  }

  // The clip per channel that scaling puts behind a ReLU.
  Found below_constant(const Node& node, const Distribution& x) const {
    const Tensor* limit = constant_input(graph_, node, 1);
    if (x.mean_only || limit == nullptr || limit->dtype() != DataType::kF32) return std::nullopt;
    const std::span<const float> limits = limit->data<float>();
    if (limits.size() != 1 && limits.size() != x.channels.size()) return std::nullopt;
    Distribution y = x;
    for (size_t c = 0; c < y.channels.size(); ++c) {
      const auto high = static_cast<double>(limits[c % limits.size()]);
      clamp(y.channels[c], -std::numeric_limits<double>::infinity(), high);
    }
    return y;
  }

  static Found leaky(const Node& node, const Distribution& x) {
    const auto alpha = static_cast<double>(node.attrs<AlphaAttrs>().alpha);
    if (x.mean_only || !(alpha > 0.0)) return std::nullopt;
    Distribution y = x;
    for (ClampedNormal& channel : y.channels) channel.slope *= alpha;
    return y;
  }

  static Found averaged(const Node& node, const Distribution& x) {
    if (fused(node) != Activation::kNone) return std::nullopt;
    Distribution y{.mean_only = true};
    for (const double mean : x.means()) y.channels.push_back({.mean = mean});
    return y;
  }

  // Every pixel is distributed alike; channels are kept or dropped.
  static Found sliced(const Node& node, const Distribution& x) {
    const auto& attrs = node.attrs<SliceAttrs>();
    const bool whole = !attrs.begin.empty() && attrs.begin.back() == 0 && attrs.stride.back() == 1;
    return whole ? Found(x) : std::nullopt;
  }

  // Of channels only: pixels of another value would change the distribution of all.
  static Found padded(const Node& node, const Distribution& x) {
    const auto& attrs = node.attrs<PadAttrs>();
    const auto adds = [](std::span<const int64_t> extents) {
      return std::any_of(extents.begin(), extents.end(), [](int64_t e) { return e != 0; });
    };
    if (attrs.mode != PadMode::kConstant || attrs.before.empty()) return std::nullopt;
    const size_t last = attrs.before.size() - 1;
    if (adds(std::span(attrs.before).first(last)) || adds(std::span(attrs.after).first(last)))
      return std::nullopt;
    Distribution y = x;
    const ClampedNormal constant{.mean = attrs.value};
    y.channels.insert(y.channels.begin(), static_cast<size_t>(attrs.before[last]), constant);
    y.channels.insert(y.channels.end(), static_cast<size_t>(attrs.after[last]), constant);
    return y;
  }

  const Graph& graph_;
  Distributions known_;
};

}  // namespace

std::vector<double> Distribution::means() const {
  std::vector<double> means;
  means.reserve(channels.size());
  for (const ClampedNormal& channel : channels) means.push_back(expectation(channel));
  return means;
}

Distributions known_distributions(const Graph& graph) { return Propagation(graph).run(); }

}  // namespace mote
