#include "mote/rewrite/removable_channels.h"

#include <algorithm>

#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/weight_view.h"

namespace mote {
namespace {

// Two channels that go together or stay together.
struct Link {
  ValueId a;
  int64_t a_channel = 0;
  ValueId b;
  int64_t b_channel = 0;
};

// A layer and the values that it reads and writes.
struct Layer {
  ValueId x;
  ValueId y;
  WeightView view;
};

// Whether output `o` has a weight other than 0 for input `c`.
bool reads(const WeightView& view, int64_t o, int64_t c) {
  for (int64_t tap = 0; tap < view.taps; ++tap) {
    if (view.at(view.index(o, tap, c)) != 0.0) return true;
  }
  return false;
}

}  // namespace

struct RemovableChannels::Solver {
  const Graph& graph;
  const ChannelRanges& ranges;
  std::vector<std::vector<bool>>& flags;
  std::vector<Link> links = {};
  std::vector<Layer> layers = {};

  void set_up();
  void add_constraints(const Node& node);
  bool add_links(const Node& node);
  void link_all(ValueId a, ValueId b, int64_t b_offset = 0);
  void keep(ValueId id);
  bool keep_channel(ValueId id, int64_t channel);
  bool enforce_links();
  bool enforce_layers();
  bool keep_one_of_each();
  void solve();

  std::vector<bool>& of(ValueId id) { return flags[static_cast<size_t>(id.index)]; }
  int64_t channels(ValueId id) { return static_cast<int64_t>(of(id).size()); }
  bool folds(const Layer& layer, int64_t c) const;
};

void RemovableChannels::Solver::set_up() {
  const std::vector<ValueId> values = graph.values();
  flags.resize(values.empty() ? 0 : static_cast<size_t>(values.back().index) + 1);
  for (const ValueId id : values) {
    const Value& value = graph.value(id);
    const bool candidate = value.kind == ValueKind::kComputed && value.type.shape.rank() >= 2 &&
                           (!value.type.quantization || value.type.quantization->is_per_tensor());
    of(id).assign(ranges.of(id).size(), candidate && !graph.is_output(id));
  }
  for (const NodeId id : graph.topological_order()) add_constraints(graph.node(id));
}

void RemovableChannels::Solver::keep(ValueId id) {
  if (id.valid()) of(id).assign(of(id).size(), false);
}

bool RemovableChannels::Solver::keep_channel(ValueId id, int64_t channel) {
  std::vector<bool>::reference flag = of(id)[static_cast<size_t>(channel)];
  const bool was_removed = flag;
  flag = false;
  return was_removed;
}

void RemovableChannels::Solver::link_all(ValueId a, ValueId b, int64_t b_offset) {
  for (int64_t c = 0; c < channels(a); ++c) links.push_back({a, c, b, b_offset + c});
}

void RemovableChannels::Solver::add_constraints(const Node& node) {
  if (const std::optional<WeightView> view = weight_view(graph, node)) {
    const ValueId x = node.inputs[0];
    const ValueId y = node.outputs[0];
    if (!view->is_linked()) {
      layers.push_back({x, y, *view});
      return;
    }
    for (int64_t o = 0; o < view->output_channels; ++o) {
      const auto [first, end] = view->inputs_of(o);
      for (int64_t c = first; c < end; ++c) links.push_back({x, c, y, o});
    }
    return;
  }
  if (node.outputs.size() == 1 && add_links(node)) return;
  for (const ValueId id : node.inputs) keep(id);
  for (const ValueId id : node.outputs) keep(id);
}

// The channels of a node that keeps them apart; false when it does not, or is not known to.
bool RemovableChannels::Solver::add_links(const Node& node) {
  const ValueId y = node.outputs[0];
  const int last = type_of(graph, y).shape.rank() - 1;
  if (last < 1) return false;
  if (is_pointwise(node)) {
    for (const ValueId input : node.inputs) {
      if (!input.valid()) return false;
      if (constant(graph, input) != nullptr) continue;
      if (channels(input) == channels(y)) {
        link_all(input, y);
      } else {
        keep(input);  // one channel broadcast to all
      }
    }
    return true;
  }
  const ValueId x = node.inputs.empty() ? ValueId{} : node.inputs[0];
  if (!x.valid()) return false;
  if (is_spatial_pool(node)) {
    link_all(x, y);
    return true;
  }
  if (is_op(node, "mean")) {
    const auto& axes = node.attrs<ReduceAttrs>().axes;
    const int x_last = type_of(graph, x).shape.rank() - 1;
    if (std::find(axes.begin(), axes.end(), x_last) != axes.end()) return false;
    link_all(x, y);
    return true;
  }
  if (is_op(node, "pad")) {
    const auto& attrs = node.attrs<PadAttrs>();
    if (attrs.before.back() != 0 || attrs.after.back() != 0) return false;
    link_all(x, y);
    return true;
  }
  if (is_op(node, "concat")) {
    const bool of_channels =
        normalize_axis(node.attrs<AxisAttrs>().axis, last + 1, "the axis") == last;
    int64_t offset = 0;
    for (const ValueId input : node.inputs) {
      link_all(input, y, offset);
      if (of_channels) offset += channels(input);
    }
    return true;
  }
  if (is_op(node, "reshape") && channels(x) > 0 && channels(y) % channels(x) == 0) {
    for (int64_t c = 0; c < channels(y); ++c) links.push_back({x, c % channels(x), y, c});
    return true;
  }
  return false;
}

// The channel is the same number everywhere, also in the border that the window reads outside of x.
bool RemovableChannels::Solver::folds(const Layer& layer, int64_t c) const {
  const ChannelRange& range = ranges.of(layer.x)[static_cast<size_t>(c)];
  return range.is_constant() && (!layer.view.padded || range.low == layer.view.zero_point);
}

bool RemovableChannels::Solver::enforce_links() {
  bool changed = false;
  for (const Link& link : links) {
    if (!of(link.a)[static_cast<size_t>(link.a_channel)]) {
      changed |= keep_channel(link.b, link.b_channel);
    } else if (!of(link.b)[static_cast<size_t>(link.b_channel)]) {
      changed |= keep_channel(link.a, link.a_channel);
    }
  }
  return changed;
}

bool RemovableChannels::Solver::enforce_layers() {
  bool changed = false;
  for (const Layer& layer : layers) {
    for (int64_t c = 0; c < layer.view.input_channels; ++c) {
      if (!of(layer.x)[static_cast<size_t>(c)] || folds(layer, c)) continue;
      bool is_read = false;
      for (int64_t o = 0; o < layer.view.output_channels && !is_read; ++o) {
        is_read = !of(layer.y)[static_cast<size_t>(o)] && reads(layer.view, o, c);
      }
      if (is_read) changed |= keep_channel(layer.x, c);
    }
  }
  return changed;
}

bool RemovableChannels::Solver::keep_one_of_each() {
  bool changed = false;
  for (const ValueId id : graph.values()) {
    const std::vector<bool>& flag = of(id);
    if (flag.empty() || std::find(flag.begin(), flag.end(), false) != flag.end()) continue;
    changed |= keep_channel(id, 0);
  }
  return changed;
}

void RemovableChannels::Solver::solve() {
  // Every rule only takes channels out of the set, so this comes to an end, at the largest
  // solution.
  bool changed = true;
  while (changed) {
    const bool by_links = enforce_links();
    const bool by_layers = enforce_layers();
    changed = by_links || by_layers || keep_one_of_each();
  }
}

RemovableChannels::RemovableChannels(const Graph& graph, const ChannelRanges& ranges) {
  Solver solver{graph, ranges, flags_};
  solver.set_up();
  solver.solve();
}

bool RemovableChannels::any(ValueId id) const {
  const std::vector<bool>& flag = flags_[static_cast<size_t>(id.index)];
  return std::find(flag.begin(), flag.end(), true) != flag.end();
}

bool RemovableChannels::any() const {
  return std::any_of(flags_.begin(), flags_.end(), [](const std::vector<bool>& flag) {
    return std::find(flag.begin(), flag.end(), true) != flag.end();
  });
}

std::vector<int64_t> RemovableChannels::kept(ValueId id) const {
  const std::vector<bool>& flag = flags_[static_cast<size_t>(id.index)];
  std::vector<int64_t> channels;
  for (size_t c = 0; c < flag.size(); ++c) {
    if (!flag[c]) channels.push_back(static_cast<int64_t>(c));
  }
  return channels;
}

}  // namespace mote
