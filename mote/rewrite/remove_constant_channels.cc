// remove_constant_channels: channels that hold one provable number, and channels that nobody reads,
// go; what a constant channel added to a layer goes into the layer's bias.
//
// Exact, also in int8: with x = v everywhere the layer adds (v - zero point) * sum of w to its
// int32 accumulator, which is what the bias gets. In front of a padded or transposed convolution v
// must be the zero point, because not every output gets all of its taps from x. Of a grouped
// convolution only whole groups go. In f32 a channel of 0 leaves exactly, one
// of another number up to the rounding of the bias.
#include <cmath>
#include <limits>

#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"
#include "mote/rewrite/removable_channels.h"
#include "mote/rewrite/weight_view.h"

namespace mote::passes {
namespace {

using Channels = std::vector<int64_t>;

// The given indices of one axis.
Tensor gather_axis(const Tensor& tensor, int axis, const Channels& kept) {
  Shape shape = tensor.shape();
  const int64_t extent = shape[axis];
  shape[axis] = static_cast<int64_t>(kept.size());
  Tensor result(tensor.dtype(), shape);
  int64_t inner = static_cast<int64_t>(size_bytes(tensor.dtype()));
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  const auto run = static_cast<size_t>(inner);
  const size_t outer = extent == 0 ? 0 : tensor.size_bytes() / (run * static_cast<size_t>(extent));
  std::byte* to = result.bytes();
  for (size_t o = 0; o < outer; ++o) {
    for (const int64_t index : kept) {
      const size_t from = (o * static_cast<size_t>(extent) + static_cast<size_t>(index)) * run;
      copy_bytes(to, tensor.bytes() + from, run);
      to += run;
    }
  }
  return result;
}

std::optional<Quantization> gather_record(std::optional<Quantization> record, int axis,
                                          const Channels& kept) {
  if (!record || record->axis != axis) return record;
  Quantization gathered{{}, {}, axis};
  for (const int64_t c : kept) {
    gathered.scales.push_back(record->scales[static_cast<size_t>(c)]);
    gathered.zero_points.push_back(record->zero_points[static_cast<size_t>(c)]);
  }
  return gathered;
}

ValueId gather_constant(Graph& edited, ValueId id, int axis, const Channels& kept) {
  const Value& value = edited.value(id);
  return replacement_constant(edited, id, gather_axis(*value.constant, axis, kept),
                              gather_record(value.type.quantization, axis, kept));
}

class Removal {
 public:
  Removal(const Graph& graph, const ChannelRanges& ranges, const RemovableChannels& removable)
      : graph_(graph), ranges_(ranges), removable_(removable) {}

  void apply(Graph& edited) const {
    for (const NodeId id : graph_.topological_order()) apply(edited, id);
  }
  /// False when a bias would leave the 32 bits that it has.
  bool biases_fit() const;

 private:
  void apply(Graph& edited, NodeId id) const;
  void apply_layer(Graph& edited, NodeId id, const WeightView& view) const;
  void apply_pointwise(Graph& edited, NodeId id) const;
  std::vector<double> bias_of(const Node& node, const WeightView& view) const;
  ValueId bias_constant(Graph& edited, const Node& node, const std::vector<double>& bias) const;

  const Graph& graph_;
  const ChannelRanges& ranges_;
  const RemovableChannels& removable_;
};

void Removal::apply(Graph& edited, NodeId id) const {
  const Node& node = graph_.node(id);
  if (const std::optional<WeightView> view = weight_view(graph_, node)) {
    if (removable_.any(node.inputs[0]) || removable_.any(node.outputs[0])) {
      apply_layer(edited, id, *view);
    }
    return;
  }
  if (node.outputs.size() != 1 || !removable_.any(node.outputs[0])) return;
  if (is_pointwise(node)) {
    apply_pointwise(edited, id);
  } else if (is_op(node, "reshape")) {
    ShapeAttrs attrs = node.attrs<ShapeAttrs>();
    if (attrs.shape.back() != -1) {
      attrs.shape.back() = static_cast<int64_t>(removable_.kept(node.outputs[0]).size());
    }
    edited.mutable_node(id).attributes = Attributes::of(attrs);
  }
}

void Removal::apply_pointwise(Graph& edited, NodeId id) const {
  const Node& node = graph_.node(id);
  const Channels kept = removable_.kept(node.outputs[0]);
  const int64_t all = type_of(graph_, node.outputs[0]).shape.back();
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* operand = constant_input(graph_, node, i);
    if (operand == nullptr || operand->shape().rank() == 0 || operand->shape().back() != all ||
        all == 1) {
      continue;
    }
    const ValueId gathered =
        gather_constant(edited, node.inputs[i], operand->shape().rank() - 1, kept);
    edited.mutable_node(id).inputs[i] = gathered;
  }
}

// The bias of every output channel with the constant inputs that go.
std::vector<double> Removal::bias_of(const Node& node, const WeightView& view) const {
  const std::vector<double> weights = elements_as<double>(*view.weights);
  std::vector<double> bias(static_cast<size_t>(view.output_channels), 0.0);
  if (view.bias != nullptr) bias = elements_as<double>(*view.bias);
  if (view.is_linked()) return bias;
  const ValueId x = node.inputs[0];
  for (int64_t c = 0; c < view.input_channels; ++c) {
    const ChannelRange& range = ranges_.of(x)[static_cast<size_t>(c)];
    if (!removable_.removed(x, c) || !range.is_constant()) continue;
    for (int64_t o = 0; o < view.output_channels; ++o) {
      double sum = 0.0;
      for (int64_t tap = 0; tap < view.taps; ++tap) sum += weights[view.index(o, tap, c)];
      bias[static_cast<size_t>(o)] += (range.low - view.zero_point) * sum;
    }
  }
  return bias;
}

bool Removal::biases_fit() const {
  for (const NodeId id : graph_.topological_order()) {
    const Node& node = graph_.node(id);
    const std::optional<WeightView> view = weight_view(graph_, node);
    if (!view || is_f32(graph_, node.outputs[0])) continue;
    for (const double number : bias_of(node, *view)) {
      if (std::abs(number) > std::numeric_limits<int32_t>::max()) return false;
    }
  }
  return true;
}

// Numbers up to 2^53 are exact in a double.
ValueId Removal::bias_constant(Graph& edited, const Node& node,
                               const std::vector<double>& bias) const {
  const TensorType& x = type_of(graph_, node.inputs[0]);
  const TensorType& w = type_of(graph_, node.inputs[1]);
  const Shape shape{static_cast<int64_t>(bias.size())};
  if (x.dtype == DataType::kF32) {
    return edited.add_constant(node.name + "/bias",
                               Tensor::of(shape, std::vector<float>(bias.begin(), bias.end())));
  }
  Quantization record = *w.quantization;
  for (float& scale : record.scales) scale *= x.quantization->scale();
  if (!record.is_per_tensor()) record.axis = 0;
  DataType dtype = x.dtype == DataType::kI8 ? DataType::kI32 : DataType::kI64;
  if (node.has_input(2)) {
    dtype = type_of(graph_, node.inputs[2]).dtype;
    if (type_of(graph_, node.inputs[2]).quantization) {
      record = *type_of(graph_, node.inputs[2]).quantization;
    }
  }
  if (dtype == DataType::kI64) {
    return edited.add_constant(node.name + "/bias",
                               Tensor::of(shape, std::vector<int64_t>(bias.begin(), bias.end())),
                               record);
  }
  return edited.add_constant(node.name + "/bias",
                             Tensor::of(shape, std::vector<int32_t>(bias.begin(), bias.end())),
                             record);
}

void Removal::apply_layer(Graph& edited, NodeId id, const WeightView& view) const {
  const Node& node = graph_.node(id);
  const Channels inputs = removable_.kept(node.inputs[0]);
  const Channels outputs = removable_.kept(node.outputs[0]);
  const int last = view.weights->shape().rank() - 1;
  ValueId weights = gather_constant(edited, node.inputs[1], view.depthwise ? last : 0, outputs);
  if (!view.is_linked()) weights = gather_constant(edited, weights, last, inputs);
  edited.mutable_node(id).inputs[1] = weights;
  if (view.is_linked() && !view.depthwise) {
    auto attrs = node.attrs<Conv2dAttrs>();
    attrs.groups = static_cast<int64_t>(inputs.size()) / view.group_inputs;
    edited.mutable_node(id).attributes = Attributes::of(attrs);
  }

  const std::vector<double> bias = bias_of(node, view);
  const bool needs_bias =
      view.bias != nullptr ||
      std::any_of(bias.begin(), bias.end(), [](double number) { return number != 0.0; });
  if (needs_bias) {
    const ValueId value = gather_constant(edited, bias_constant(edited, node, bias), 0, outputs);
    if (node.has_input(2)) edited.swap_names(value, node.inputs[2]);
    Node& changed = edited.mutable_node(id);
    changed.inputs.resize(std::max<size_t>(3, changed.inputs.size()));
    changed.inputs[2] = value;
  }
  if (node.statistics != nullptr) {
    ChannelStatistics statistics;
    for (const int64_t c : outputs) {
      statistics.mean.push_back(node.statistics->mean[static_cast<size_t>(c)]);
      statistics.stddev.push_back(node.statistics->stddev[static_cast<size_t>(c)]);
    }
    edited.mutable_node(id).statistics =
        std::make_shared<const ChannelStatistics>(std::move(statistics));
  }
}

void run(Rewriter& rewriter) {
  while (true) {
    const Graph& graph = rewriter.graph();
    const ChannelRanges ranges(graph, rewriter.limits().numerics);
    const RemovableChannels removable(graph, ranges);
    if (!removable.any()) return;
    const Removal removal(graph, ranges, removable);
    if (!removal.biases_fit()) return;
    if (!rewriter.apply([&](Graph& edited) { removal.apply(edited); })) return;
  }
}

}  // namespace

PassDef define_remove_constant_channels() {
  return {
      "remove_constant_channels",
      "Removes channels that are provably constant, folding them into the bias of their readers, "
      "and channels that nobody reads; bit-exact in int8",
      run};
}

}  // namespace mote::passes
