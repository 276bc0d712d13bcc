#include "mote/compress/quantize/dead_channels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "mote/compress/quantize/channel_classes.h"
#include "mote/ir/graph_edit.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr float kNegligible = 1e-6f;
// Batch norm's mean so many deviations below 0: the activation stays closed.
constexpr float kClosedDeviations = 6.0f;

struct Weights {
  Layer layer;
  std::vector<float> w, b;
  bool changed = false;
  std::vector<size_t> zeroed_rows = {};
};

class Cleaner {
 public:
  explicit Cleaner(const Graph& graph) : graph_(graph) {
    const std::vector<Layer> layers = float_layers(graph);
    classes_ = channel_classes(graph, layers);
    for (const Layer& layer : layers) {
      const std::span<const float> w = constant_floats(graph, layer.w);
      weights_.push_back({layer, {w.begin(), w.end()}, bias_of(graph, layer)});
    }
    const auto count = static_cast<size_t>(classes_.count);
    writers_.assign(count, 0);
    readers_.assign(count, {});
    for (size_t l = 0; l < weights_.size(); ++l) {
      for (const int32_t c : classes_.channels(weights_[l].layer.y))
        ++writers_[static_cast<size_t>(c)];
      for (const int32_t c : classes_.channels(weights_[l].layer.x)) {
        auto& readers = readers_[static_cast<size_t>(c)];
        if (readers.empty() || readers.back() != l) readers.push_back(l);
      }
    }
  }

  DeadChannels run() {
    for (size_t l = 0; l < weights_.size(); ++l) clean(l);
    const std::vector<float> shares = read_shares();
    for (size_t l = 0; l < weights_.size(); ++l) zero_unread(l, shares);
    return result_;
  }

  void store(Graph& edited) const {
    for (const Weights& weights : weights_) {
      if (!weights.changed) continue;
      set_weights(edited, weights.layer, weights.w);
      set_bias(edited, weights.layer, weights.b);
      forget_statistics(edited.mutable_node(weights.layer.node), weights.zeroed_rows);
    }
  }

 private:
  // A zeroed channel is 0, whatever batch norm said.
  static void forget_statistics(Node& node, const std::vector<size_t>& rows) {
    if (node.statistics == nullptr || rows.empty()) return;
    auto statistics = std::make_shared<ChannelStatistics>(*node.statistics);
    for (const size_t row : rows) {
      if (row >= statistics->mean.size()) continue;
      statistics->mean[row] = 0.0f;
      statistics->stddev[row] = 0.0f;
    }
    node.statistics = std::move(statistics);
  }

  static float clamped(const Layer& layer, float v) {
    const ClampRange range = clamp_range(layer.activation);
    return std::clamp(v, range.low, range.high);
  }

  // Largest |weight| of each channel of one side.
  static std::vector<float> largest(const Weights& weights, bool output) {
    std::vector<float> result(static_cast<size_t>(output ? weights.layer.oc : weights.layer.ic),
                              0.0f);
    for_each_weight(weights.layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
      float& to = result[static_cast<size_t>(output ? o : i)];
      to = std::max(to, std::abs(weights.w[e]));
    });
    return result;
  }

  void clean(size_t l) {
    Weights& weights = weights_[l];
    const std::vector<float> rows = largest(weights, true);
    const float top = rows.empty() ? 0.0f : *std::max_element(rows.begin(), rows.end());
    const std::vector<int32_t>& classes = classes_.channels(weights.layer.y);
    const ChannelStatistics* statistics = graph_.node(weights.layer.node).statistics.get();
    if (classes.size() != rows.size()) return;
    for (size_t o = 0; o < rows.size(); ++o) {
      const auto id = static_cast<size_t>(classes[o]);
      if (classes_.fixed[id] || writers_[id] != 1) continue;
      const bool closed = statistics != nullptr && o < statistics->mean.size() &&
                          weights.layer.activation != Activation::kNone &&
                          statistics->mean[o] + kClosedDeviations * statistics->stddev[o] < 0.0f;
      const float constant = closed ? 0.0f : clamped(weights.layer, weights.b[o]);
      if (closed || rows[o] <= kNegligible * top) {
        kill_constant(l, static_cast<int64_t>(o), id, constant);
      }
    }
  }

  // By class: the largest weight that reads it, as a share of the largest of its layer.
  std::vector<float> read_shares() const {
    std::vector<float> shares(static_cast<size_t>(classes_.count), 0.0f);
    for (const Weights& reader : weights_) {
      const std::vector<float> columns = largest(reader, false);
      const std::vector<int32_t>& classes = classes_.channels(reader.layer.x);
      const float top = columns.empty() ? 0.0f : *std::max_element(columns.begin(), columns.end());
      if (top <= 0.0f || classes.size() != columns.size()) continue;
      for (size_t i = 0; i < columns.size(); ++i) {
        float& share = shares[static_cast<size_t>(classes[i])];
        share = std::max(share, columns[i] / top);
      }
    }
    return shares;
  }

  // Nobody notices what is written there.
  void zero_unread(size_t l, const std::vector<float>& shares) {
    Weights& weights = weights_[l];
    const std::vector<int32_t>& classes = classes_.channels(weights.layer.y);
    const std::vector<float> rows = largest(weights, true);
    for (size_t o = 0; o < classes.size() && o < rows.size(); ++o) {
      const auto id = static_cast<size_t>(classes[o]);
      if (classes_.fixed[id] || readers_[id].empty() || rows[o] == 0.0f) continue;
      if (shares[id] > kNegligible) continue;
      zero_row(weights, static_cast<int64_t>(o));
      ++result_.zeroed;
    }
  }

  void kill_constant(size_t l, int64_t o, size_t id, float constant) {
    const bool is_zero = constant == 0.0f;
    const bool foldable =
        is_zero || std::all_of(readers_[id].begin(), readers_[id].end(), [&](size_t r) {
          const Layer& reader = weights_[r].layer;
          return reader.x == weights_[l].layer.y && !pads(reader);
        });
    if (!foldable || readers_[id].empty()) return;
    for (const size_t r : readers_[id]) {
      Weights& reader = weights_[r];
      const std::vector<int32_t>& classes = classes_.channels(reader.layer.x);
      for_each_weight(reader.layer, [&](size_t e, int64_t to, int64_t i, int64_t) {
        if (classes[static_cast<size_t>(i)] != static_cast<int32_t>(id)) return;
        reader.b[static_cast<size_t>(to)] += reader.w[e] * constant;
        reader.w[e] = 0.0f;
      });
      reader.changed = true;
    }
    zero_row(weights_[l], o);
    ++(is_zero ? result_.zeroed : result_.folded);
  }

  bool pads(const Layer& layer) const {
    if (layer.kind == LayerKind::kDense) return false;
    const auto& padding = graph_.node(layer.node).attrs<Conv2dAttrs>().padding;
    return std::any_of(padding.begin(), padding.end(), [](int64_t p) { return p != 0; });
  }

  static void zero_row(Weights& weights, int64_t row) {
    for_each_weight(weights.layer, [&](size_t e, int64_t o, int64_t, int64_t) {
      if (o == row) weights.w[e] = 0.0f;
    });
    weights.b[static_cast<size_t>(row)] = 0.0f;
    weights.zeroed_rows.push_back(static_cast<size_t>(row));
    weights.changed = true;
  }

  const Graph& graph_;
  ChannelClasses classes_;
  std::vector<Weights> weights_;
  std::vector<int> writers_;                  // by class
  std::vector<std::vector<size_t>> readers_;  // by class: layers
  DeadChannels result_;
};

}  // namespace

DeadChannels zero_dead_channels(Graph& graph) {
  Cleaner cleaner(graph);
  const DeadChannels result = cleaner.run();
  if (result.zeroed + result.folded > 0) {
    GraphEdit edit(graph);
    cleaner.store(*edit);
    edit.commit();
  }
  return result;
}

}  // namespace mote
