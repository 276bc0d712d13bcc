#include "mote/compress/quantize/channel_classes.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote {
namespace {

class Builder {
 public:
  Builder(const Graph& graph, const std::vector<Layer>& layers) : graph_(graph) {
    const std::vector<ValueId> values = graph.values();
    first_.assign(values.empty() ? 0 : static_cast<size_t>(values.back().index) + 1, 0);
    for (const ValueId id : values) {
      first_[static_cast<size_t>(id.index)] = static_cast<int32_t>(parent_.size());
      for (int64_t c = 0; c < channels(id); ++c) {
        parent_.push_back(static_cast<int32_t>(parent_.size()));
      }
    }
    fixed_.assign(parent_.size(), false);
    for (const Layer& layer : layers) layer_at_[layer.node.index] = &layer;
  }

  ChannelClasses build() {
    for (const ValueId id : graph_.inputs()) fix(id);
    for (const ValueId id : graph_.outputs()) fix(id);
    const std::vector<std::vector<NodeId>> readers = graph_.consumers();
    for (const NodeId id : graph_.topological_order()) {
      const Node& node = graph_.node(id);
      if (const auto layer = layer_at_.find(id.index); layer != layer_at_.end()) {
        visit_layer(*layer->second, readers);
      } else {
        visit(node);
      }
    }
    return number();
  }

 private:
  // Channels of a float activation; other values have none.
  int64_t channels(ValueId id) const {
    const Value& value = graph_.value(id);
    const int rank = value.type.shape.rank();
    if (value.kind == ValueKind::kConstant || value.type.dtype != DataType::kF32 || rank == 0)
      return 0;
    return std::max<int64_t>(value.type.shape[rank - 1], 0);
  }
  int32_t at(ValueId id, int64_t channel) const {
    return first_[static_cast<size_t>(id.index)] + static_cast<int32_t>(channel);
  }
  int32_t root(int32_t i) {
    while (parent_[static_cast<size_t>(i)] != i) {
      auto& up = parent_[static_cast<size_t>(i)];
      up = parent_[static_cast<size_t>(up)];
      i = up;
    }
    return i;
  }
  void join(int32_t a, int32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return;
    const auto [low, high] = std::minmax(a, b);
    parent_[static_cast<size_t>(high)] = low;
    if (fixed_[static_cast<size_t>(high)]) fixed_[static_cast<size_t>(low)] = true;
  }
  void fix(ValueId id) {
    if (!id.valid()) return;
    for (int64_t c = 0; c < channels(id); ++c) fixed_[static_cast<size_t>(root(at(id, c)))] = true;
  }
  void fix_all(const Node& node) {
    for (const ValueId id : node.inputs) fix(id);
    for (const ValueId id : node.outputs) fix(id);
  }

  void visit_layer(const Layer& layer, const std::vector<std::vector<NodeId>>& readers) {
    const auto shared = [&](ValueId id) {
      return id.valid() && readers[static_cast<size_t>(id.index)].size() > 1;
    };
    const bool homogeneous = layer.activation != Activation::kReluN1To1;
    if (shared(layer.w) || shared(layer.b) || !homogeneous || channels(layer.x) != layer.ic) {
      fix(layer.x);
      fix(layer.y);
    }
  }

  void visit(const Node& node) {
    if (is_op(node, "add") || is_op(node, "sub")) return visit_add(node);
    if (is_op(node, "concat")) return visit_concat(node);
    if (is_op(node, "reshape")) return tie_modulo(node);
    if (is_op(node, "mean") || is_op(node, "reduce_max")) return visit_reduce(node);
    if (is_op(node, "pad")) {
      const auto& attrs = node.attrs<PadAttrs>();
      const bool zero = attrs.mode != PadMode::kConstant || attrs.value == 0.0;
      return zero && attrs.before.back() == 0 && attrs.after.back() == 0 ? tie(node)
                                                                         : fix_all(node);
    }
    if (is_op(node, "average_pool_2d") || is_op(node, "max_pool_2d")) {
      const Activation activation = node.attrs<Pool2dAttrs>().activation;
      return activation == Activation::kNone || activation == Activation::kRelu ? tie(node)
                                                                                : fix_all(node);
    }
    if (is_op(node, "relu") || is_op(node, "leaky_relu") || is_op(node, "squeeze") ||
        is_op(node, "resize_nearest_neighbor") || is_op(node, "resize_bilinear")) {
      return tie(node);
    }
    fix_all(node);
  }

  void visit_add(const Node& node) {
    const Activation activation = node.attrs<BinaryAttrs>().activation;
    const Shape& y = graph_.value(node.outputs[0]).type.shape;
    bool same = activation == Activation::kNone || activation == Activation::kRelu;
    for (const ValueId id : node.inputs) {
      same =
          same && graph_.value(id).kind != ValueKind::kConstant && graph_.value(id).type.shape == y;
    }
    if (same)
      tie(node);
    else
      fix_all(node);
  }

  void visit_concat(const Node& node) {
    const ValueId y = node.outputs[0];
    const int rank = graph_.value(y).type.shape.rank();
    if (node.attrs<AxisAttrs>().axis != rank - 1 && node.attrs<AxisAttrs>().axis != -1) {
      return tie(node);
    }
    int64_t offset = 0;
    for (const ValueId id : node.inputs) {
      const int64_t extent = graph_.value(id).type.shape[rank - 1];
      for (int64_t c = 0; c < channels(id); ++c) join(at(id, c), at(y, offset + c));
      if (channels(id) == 0) {
        for (int64_t c = 0; c < extent; ++c)
          fixed_[static_cast<size_t>(root(at(y, offset + c)))] = true;
      }
      offset += extent;
    }
  }

  void visit_reduce(const Node& node) {
    const auto& attrs = node.attrs<ReduceAttrs>();
    const int rank = graph_.value(node.inputs[0]).type.shape.rank();
    const bool keeps_channels = std::none_of(attrs.axes.begin(), attrs.axes.end(),
                                             [&](int64_t a) { return a == rank - 1; });
    if (keeps_channels)
      tie(node);
    else
      fix_all(node);
  }

  // Every operand has the same channels.
  void tie(const Node& node) {
    const ValueId y = node.outputs[0];
    for (const ValueId id : node.inputs) {
      if (!id.valid() || graph_.value(id).type.dtype != DataType::kF32) continue;
      if (channels(id) == 0) continue;
      if (channels(id) != channels(y)) return fix_all(node);
      for (int64_t c = 0; c < channels(y); ++c) join(at(id, c), at(y, c));
    }
  }

  // Flattening [.., c] to [.., k*c] or back: index j of the longer is channel j mod c.
  void tie_modulo(const Node& node) {
    const ValueId x = node.inputs[0];
    const ValueId y = node.outputs[0];
    const int64_t cx = channels(x);
    const int64_t cy = channels(y);
    if (cx == 0 || cy == 0 || (cx % cy != 0 && cy % cx != 0)) return fix_all(node);
    for (int64_t c = 0; c < std::max(cx, cy); ++c) join(at(x, c % cx), at(y, c % cy));
  }

  ChannelClasses number() {
    ChannelClasses classes;
    classes.of.resize(first_.size());
    std::vector<int32_t> id_of(parent_.size(), -1);
    for (const ValueId id : graph_.values()) {
      auto& of = classes.of[static_cast<size_t>(id.index)];
      for (int64_t c = 0; c < channels(id); ++c) {
        int32_t& number = id_of[static_cast<size_t>(root(at(id, c)))];
        if (number < 0) {
          number = classes.count++;
          classes.fixed.push_back(fixed_[static_cast<size_t>(root(at(id, c)))]);
        }
        of.push_back(number);
      }
    }
    return classes;
  }

  const Graph& graph_;
  std::vector<int32_t> first_;
  std::vector<int32_t> parent_;
  std::vector<bool> fixed_;
  std::map<int32_t, const Layer*> layer_at_;
};

}  // namespace

ChannelClasses channel_classes(const Graph& graph, const std::vector<Layer>& layers) {
  return Builder(graph, layers).build();
}

}  // namespace mote
