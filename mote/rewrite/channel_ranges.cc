#include "mote/rewrite/channel_ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/error.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/weight_view.h"

namespace mote {
namespace {

using Ranges = std::vector<ChannelRange>;

// Accumulators up to here go through every integer output stage without wrapping, as long as the
// scale is at most 1/2; larger scales shift left first.
constexpr double kSafeAccumulator = 1 << 30;

// Accumulators of i16 layers are cut to 48 bits by the output stage.
constexpr double kSafeWideAccumulator = double(int64_t{1} << 46);

// Non-decreasing in every operand.
constexpr std::string_view kMonotone[] = {"relu",     "relu6",     "relu_n1_to_1", "add",
                                          "minimum",  "maximum",   "logistic",     "tanh",
                                          "quantize", "dequantize"};
constexpr std::string_view kOtherPointwise[] = {"sub",        "mul",   "div", "hard_swish",
                                                "leaky_relu", "prelu", "elu"};

ChannelRange whole_range(DataType dtype) {
  if (is_integer(dtype)) {
    const IntegerRange range = integer_range(dtype);
    return {static_cast<double>(range.low), static_cast<double>(range.high)};
  }
  return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
}

size_t channels_of(const TensorType& type) {
  return type.shape.rank() == 0 ? 1 : static_cast<size_t>(type.shape.back());
}

Ranges unknown(const TensorType& type) {
  return Ranges(channels_of(type), whole_range(type.dtype));
}

ChannelRange hull(const ChannelRange& a, const ChannelRange& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

template <class T>
Ranges ranges_of_elements(std::span<const T> values, size_t channels) {
  Ranges ranges(channels);
  for (size_t first = 0; first < values.size(); first += channels) {
    for (size_t c = 0; c < channels; ++c) {
      const auto value = static_cast<double>(values[first + c]);
      if (std::isnan(value)) return {};
      const ChannelRange one{value, value};
      ranges[c] = first == 0 ? one : hull(ranges[c], one);
    }
  }
  return ranges;
}

Ranges ranges_of_constant(const Tensor& tensor) {
  const TensorType type{tensor.dtype(), tensor.shape()};
  const size_t channels = channels_of(type);
  if (static_cast<size_t>(tensor.elements()) < channels || channels == 0) return unknown(type);
  Ranges ranges;
  switch (type.dtype) {
    case DataType::kF32:
      ranges = ranges_of_elements(tensor.data<float>(), channels);
      break;
    case DataType::kI8:
      ranges = ranges_of_elements(tensor.data<int8_t>(), channels);
      break;
    case DataType::kU8:
      ranges = ranges_of_elements(tensor.data<uint8_t>(), channels);
      break;
    default:
      ranges = ranges_of_elements(tensor.data<int16_t>(), channels);
      break;
  }
  return ranges.empty() ? unknown(type) : ranges;
}

Tensor tensor_of(DataType dtype, Shape shape, const std::vector<double>& values) {
  Tensor tensor(dtype, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i) {
    switch (dtype) {
      case DataType::kF32:
        tensor.data<float>()[i] = static_cast<float>(values[i]);
        break;
      case DataType::kI8:
        tensor.data<int8_t>()[i] = static_cast<int8_t>(values[i]);
        break;
      case DataType::kU8:
        tensor.data<uint8_t>()[i] = static_cast<uint8_t>(values[i]);
        break;
      case DataType::kI16:
        tensor.data<int16_t>()[i] = static_cast<int16_t>(values[i]);
        break;
      case DataType::kI32:
        tensor.data<int32_t>()[i] = static_cast<int32_t>(values[i]);
        break;
      case DataType::kI64:
        tensor.data<int64_t>()[i] = static_cast<int64_t>(values[i]);
        break;
      default:
        throw_error(ErrorKind::kInternal, "no channel ranges of {}", name(dtype));
    }
  }
  return tensor;
}

bool is_range_type(DataType dtype) {
  return dtype == DataType::kF32 || dtype == DataType::kI8 || dtype == DataType::kU8 ||
         dtype == DataType::kI16;
}

// One node of its own, to be evaluated on small operands.
struct SmallNode {
  Graph graph;
  NodeId id;
};

SmallNode small_node(const Node& like, const Attributes& attributes,
                     const std::vector<TensorType>& operands, const TensorType& result) {
  SmallNode small;
  Node node{.op = like.op, .name = like.name, .inputs = {}, .attributes = attributes};
  for (const TensorType& type : operands) node.inputs.push_back(small.graph.add_input("x", type));
  const ValueId y =
      small.graph.add_node(std::move(node), {.quantization = {result.quantization}})[0];
  small.id = small.graph.value(y).producer;
  return small;
}

class Analysis {
 public:
  Analysis(const Graph& graph, Numerics numerics, std::vector<Ranges>& ranges)
      : graph_(graph), numerics_(numerics), ranges_(ranges) {}

  Ranges node_result(const Node& node) const;

 private:
  const Ranges& of(ValueId id) const { return ranges_[static_cast<size_t>(id.index)]; }
  const TensorType& result_type(const Node& node) const { return type_of(graph_, node.outputs[0]); }

  Ranges layer(const Node& node, const WeightView& view) const;
  Ranges float_layer(const Node& node, const WeightView& view) const;
  Ranges integer_layer(const Node& node, const WeightView& view) const;
  std::vector<double> layer_outputs(const Node& node, const WeightView& view,
                                    const std::vector<double>& accumulators) const;
  Ranges pointwise(const Node& node) const;
  std::optional<std::vector<double>> pointwise_at(const Node& node, bool high) const;
  Ranges pool(const Node& node) const;
  Ranges mean(const Node& node) const;
  Ranges pad(const Node& node) const;
  Ranges concat(const Node& node) const;
  Ranges reshape(const Node& node) const;

  const Graph& graph_;
  Numerics numerics_;
  std::vector<Ranges>& ranges_;
};

Ranges Analysis::node_result(const Node& node) const {
  const TensorType& type = result_type(node);
  if (node.outputs.size() != 1 || !is_range_type(type.dtype) || type.shape.rank() == 0) {
    return unknown(type);
  }
  if (const std::optional<WeightView> view = weight_view(graph_, node)) return layer(node, *view);
  if (is_pointwise(node)) return pointwise(node);
  if (is_spatial_pool(node)) return pool(node);
  if (is_op(node, "mean")) return mean(node);
  if (is_op(node, "pad")) return pad(node);
  if (is_op(node, "concat")) return concat(node);
  if (is_op(node, "reshape")) return reshape(node);
  return unknown(type);
}

struct AccumulatorRange {
  double low = 0.0;
  double high = 0.0;
  double magnitude = 0.0;  // sum of the largest absolute terms
};

// Bounds of bias + sum of w * (x - zero point); reads outside of x add nothing.
AccumulatorRange accumulate(const WeightView& view, double bias, const Ranges& x, int64_t o) {
  AccumulatorRange sum{bias, bias, std::abs(bias)};
  const auto [first, end] = view.inputs_of(o);
  for (int64_t c = first; c < end; ++c) {
    ChannelRange in = x[static_cast<size_t>(c)];
    in = {in.low - view.zero_point, in.high - view.zero_point};
    if (view.padded) in = hull(in, {0.0, 0.0});
    for (int64_t tap = 0; tap < view.taps; ++tap) {
      const double w = view.at(view.index(o, tap, c));
      if (w == 0.0) continue;
      sum.low += w > 0 ? w * in.low : w * in.high;
      sum.high += w > 0 ? w * in.high : w * in.low;
      sum.magnitude += std::abs(w) * std::max(std::abs(in.low), std::abs(in.high));
    }
  }
  return sum;
}

Ranges Analysis::layer(const Node& node, const WeightView& view) const {
  return is_f32(graph_, node.outputs[0]) ? float_layer(node, view) : integer_layer(node, view);
}

Ranges Analysis::float_layer(const Node& node, const WeightView& view) const {
  const ClampRange clamp = clamp_range(*fused_activation(node));
  Ranges result;
  for (int64_t o = 0; o < view.output_channels; ++o) {
    const double bias =
        view.bias == nullptr ? 0.0 : view.bias->data<float>()[static_cast<size_t>(o)];
    AccumulatorRange sum = accumulate(view, bias, of(node.inputs[0]), o);
    if (std::isnan(sum.low) || std::isnan(sum.high)) {
      result.push_back(whole_range(DataType::kF32));
      continue;
    }
    // Any order of n additions in f32 is off by at most n * 2^-23 of the sum of magnitudes.
    if (sum.low != sum.high || sum.magnitude != std::abs(bias)) {
      const double terms = static_cast<double>(view.weights->elements() / view.output_channels + 2);
      const double margin = terms * 0x1p-23 * sum.magnitude;
      sum.low -= margin;
      sum.high += margin;
    }
    result.push_back({std::clamp<double>(sum.low, clamp.low, clamp.high),
                      std::clamp<double>(sum.high, clamp.low, clamp.high)});
  }
  return result;
}

Ranges Analysis::integer_layer(const Node& node, const WeightView& view) const {
  const std::vector<double> bias =
      view.bias == nullptr ? std::vector<double>() : elements_as<double>(*view.bias);
  const TensorType& x = type_of(graph_, node.inputs[0]);
  const auto& w_scales = type_of(graph_, node.inputs[1]).quantization->scales;
  std::vector<double> lows;
  std::vector<double> highs;
  std::vector<bool> safe;
  for (int64_t o = 0; o < view.output_channels; ++o) {
    const auto index = static_cast<size_t>(o);
    const AccumulatorRange sum =
        accumulate(view, bias.empty() ? 0.0 : bias[index], of(node.inputs[0]), o);
    const double scale = static_cast<double>(x.quantization->scale()) *
                         w_scales[w_scales.size() == 1 ? 0 : index] /
                         result_type(node).quantization->scale();
    const double limit = (x.dtype == DataType::kI8 ? kSafeAccumulator : kSafeWideAccumulator) /
                         std::max(1.0, 2.0 * scale);
    safe.push_back(sum.magnitude < limit);
    lows.push_back(safe.back() ? sum.low : 0.0);
    highs.push_back(safe.back() ? sum.high : 0.0);
  }
  const std::vector<double> least = layer_outputs(node, view, lows);
  const std::vector<double> most = layer_outputs(node, view, highs);
  Ranges result = unknown(result_type(node));
  for (size_t o = 0; o < safe.size(); ++o) {
    if (safe[o]) result[o] = {least[o], most[o]};
  }
  return result;
}

// The stored outputs for given accumulators: the layer itself with weights of zero and the
// accumulators as bias, so that its own kernel rounds and clamps.
std::vector<double> Analysis::layer_outputs(const Node& node, const WeightView& view,
                                            const std::vector<double>& accumulators) const {
  TensorType x = type_of(graph_, node.inputs[0]);
  TensorType w = type_of(graph_, node.inputs[1]);
  TensorType b{x.dtype == DataType::kI8 ? DataType::kI32 : DataType::kI64, {view.output_channels}};
  if (view.bias != nullptr) b.dtype = view.bias->dtype();
  const Activation activation = *fused_activation(node);
  const int64_t oc = view.output_channels;
  Attributes attributes;
  if (is_op(node, "fully_connected")) {
    x.shape = {1, 1};
    w.shape = {oc, 1};
    attributes = Attributes::of(FullyConnectedAttrs{.activation = activation});
  } else {
    x.shape = {1, 1, 1, 1};
    w.shape = view.depthwise ? Shape{1, 1, 1, oc} : Shape{oc, 1, 1, 1};
    attributes = is_op(node, "transpose_conv_2d")
                     ? Attributes::of(TransposeConv2dAttrs{.activation = activation})
                     : Attributes::of(Conv2dAttrs{.activation = activation});
  }
  const SmallNode small = small_node(node, attributes, {x, w, b}, result_type(node));
  const std::vector<Tensor> operands = {Tensor(x.dtype, x.shape), Tensor(w.dtype, w.shape),
                                        tensor_of(b.dtype, b.shape, accumulators)};
  return elements_as<double>(
      evaluate_reference(small.graph, small.graph.node(small.id), operands, numerics_)[0]);
}

// The node's results where every operand is as low, or as high, as it gets.
std::optional<std::vector<double>> Analysis::pointwise_at(const Node& node, bool high) const {
  std::vector<TensorType> types;
  std::vector<Tensor> operands;
  for (const ValueId input : node.inputs) {
    if (!input.valid()) return std::nullopt;
    TensorType type = type_of(graph_, input);
    if (!is_range_type(type.dtype) || (type.quantization && !type.quantization->is_per_tensor())) {
      return std::nullopt;
    }
    std::vector<double> values;
    for (const ChannelRange& range : of(input)) values.push_back(high ? range.high : range.low);
    type.shape = Shape{1, static_cast<int64_t>(values.size())};
    operands.push_back(tensor_of(type.dtype, type.shape, values));
    types.push_back(std::move(type));
  }
  try {
    const SmallNode small = small_node(node, node.attributes, types, result_type(node));
    return elements_as<double>(
        evaluate_reference(small.graph, small.graph.node(small.id), operands, numerics_)[0]);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
    return std::nullopt;  // the reference has no kernel for these types, or not for this shape
  }
}

Ranges Analysis::pointwise(const Node& node) const {
  Ranges result = unknown(result_type(node));
  const auto least = pointwise_at(node, false);
  const auto most = pointwise_at(node, true);
  if (!least || !most || least->size() != result.size() || most->size() != result.size()) {
    return result;
  }
  const bool monotone = is_one_of(node, std::span(kMonotone));
  for (size_t c = 0; c < result.size(); ++c) {
    const bool all_constant =
        std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
          const Ranges& ranges = of(input);
          return ranges[ranges.size() == 1 ? 0 : c].is_constant();
        });
    if (!monotone && !all_constant) continue;
    if (std::isnan((*least)[c]) || std::isnan((*most)[c])) continue;
    result[c] = {(*least)[c], (*most)[c]};
  }
  return result;
}

// A pool gives numbers between the least and the largest of its window.
Ranges Analysis::pool(const Node& node) const {
  const auto& attrs = node.attrs<Pool2dAttrs>();
  const TensorType& type = result_type(node);
  if (type.dtype != DataType::kF32 &&
      (attrs.activation != Activation::kNone ||
       type.quantization != type_of(graph_, node.inputs[0]).quantization)) {
    return unknown(type);
  }
  Ranges result = of(node.inputs[0]);
  // Sums of f32 round: only zeros stay what they are.
  const bool rounds = type.dtype == DataType::kF32 && is_op(node, "average_pool_2d");
  const bool reads_padding =
      attrs.count_include_padding && attrs.padding != std::array<int64_t, 4>{};
  const ClampRange clamp = clamp_range(attrs.activation);
  for (ChannelRange& range : result) {
    if (reads_padding) {
      const double zero = type.quantization ? type.quantization->zero_point() : 0.0;
      range = hull(range, {zero, zero});
    }
    if (rounds && range != ChannelRange{0.0, 0.0}) range = whole_range(type.dtype);
    if (type.dtype == DataType::kF32) {
      range = {std::clamp<double>(range.low, clamp.low, clamp.high),
               std::clamp<double>(range.high, clamp.low, clamp.high)};
    }
  }
  return result;
}

Ranges Analysis::mean(const Node& node) const {
  const TensorType& type = result_type(node);
  TensorType x = type_of(graph_, node.inputs[0]);
  const auto& axes = node.attrs<ReduceAttrs>().axes;
  Ranges result = unknown(type);
  const bool keeps_channels = std::find(axes.begin(), axes.end(), x.shape.rank() - 1) == axes.end();
  if (!keeps_channels || x.shape.rank() < 2) return result;
  if (type.dtype == DataType::kF32) {
    for (size_t c = 0; c < result.size(); ++c) {
      if (of(node.inputs[0])[c] == ChannelRange{0.0, 0.0}) result[c] = {0.0, 0.0};
    }
    return result;
  }
  // The number of elements decides the rounding, so it stays; one row of the other axes is enough.
  x.shape = x.shape.bind(1);
  const SmallNode small = small_node(node, node.attributes, {x}, type);
  const auto at = [&](bool high) {
    std::vector<double> values;
    const Ranges& in = of(node.inputs[0]);
    for (int64_t i = 0; i < x.shape.elements(); ++i) {
      const ChannelRange& range = in[static_cast<size_t>(i) % in.size()];
      values.push_back(high ? range.high : range.low);
    }
    const std::vector<Tensor> operands = {tensor_of(x.dtype, x.shape, values)};
    return elements_as<double>(
        evaluate_reference(small.graph, small.graph.node(small.id), operands, numerics_)[0]);
  };
  const std::vector<double> least = at(false);
  const std::vector<double> most = at(true);
  for (size_t c = 0; c < result.size(); ++c) result[c] = {least[c], most[c]};
  return result;
}

Ranges Analysis::pad(const Node& node) const {
  const auto& attrs = node.attrs<PadAttrs>();
  const TensorType& type = result_type(node);
  if (attrs.before.back() != 0 || attrs.after.back() != 0 ||
      type.quantization != type_of(graph_, node.inputs[0]).quantization) {
    return unknown(type);
  }
  Ranges result = of(node.inputs[0]);
  if (attrs.mode != PadMode::kConstant) return result;
  if (attrs.value != 0.0) return unknown(type);
  const double zero = type.quantization ? type.quantization->zero_point() : 0.0;
  for (ChannelRange& range : result) range = hull(range, {zero, zero});
  return result;
}

Ranges Analysis::concat(const Node& node) const {
  const TensorType& type = result_type(node);
  const int axis = normalize_axis(node.attrs<AxisAttrs>().axis, type.shape.rank(), "the axis");
  Ranges result;
  for (const ValueId input : node.inputs) {
    const Ranges& part = of(input);
    if (type_of(graph_, input).quantization != type.quantization) return unknown(type);
    if (axis == type.shape.rank() - 1) {
      result.insert(result.end(), part.begin(), part.end());
    } else if (result.empty()) {
      result = part;
    } else {
      std::transform(result.begin(), result.end(), part.begin(), result.begin(), hull);
    }
  }
  return result;
}

// Element i of x is element i of y, so channels fold into each other by remainder.
Ranges Analysis::reshape(const Node& node) const {
  const TensorType& type = result_type(node);
  const Ranges& x = of(node.inputs[0]);
  Ranges result = unknown(type);
  if (x.empty() || result.empty() || result.size() % x.size() != 0) return result;
  for (size_t c = 0; c < result.size(); ++c) result[c] = x[c % x.size()];
  return result;
}

}  // namespace

bool is_pointwise(const Node& node) {
  return is_one_of(node, std::span(kMonotone)) || is_one_of(node, std::span(kOtherPointwise));
}

bool is_spatial_pool(const Node& node) {
  return is_one_of(node, {"max_pool_2d", "average_pool_2d"});
}

ChannelRanges::ChannelRanges(const Graph& graph, Numerics numerics) {
  const std::vector<ValueId> values = graph.values();
  ranges_.resize(values.empty() ? 0 : static_cast<size_t>(values.back().index) + 1);
  for (const ValueId id : values) {
    const Value& value = graph.value(id);
    ranges_[static_cast<size_t>(id.index)] =
        value.kind == ValueKind::kConstant && is_range_type(value.type.dtype)
            ? ranges_of_constant(*value.constant)
            : unknown(value.type);
  }
  const Analysis analysis(graph, numerics, ranges_);
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (node.outputs.size() != 1) continue;
    ranges_[static_cast<size_t>(node.outputs[0].index)] = analysis.node_result(node);
  }
}

}  // namespace mote
