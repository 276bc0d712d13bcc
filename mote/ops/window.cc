#include "mote/ops/window.h"

#include <algorithm>
#include <cmath>

#include "mote/base/checked.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"

namespace mote::ops {

namespace {

int64_t output_extent(const InferContext& context, const Window& window, size_t d) {
  const int64_t in = context.shape(0)[static_cast<int>(d) + 1];
  const int64_t padded = checked_add(checked_add(in, window.padding[d], "padded extent"),
                                     window.padding[d + 2], "padded extent");
  const int64_t span =
      checked_add(checked_mul(window.kernel[d] - 1, window.dilation[d], "window"), 1, "window");
  if (padded < span) {
    context.fail("a window of {} does not fit an image of {} with padding", span, padded);
  }
  return (padded - span) / window.stride[d] + 1;
}

}  // namespace

std::array<int64_t, 2> window_output(const InferContext& context, const Window& window) {
  context.expect_rank(0, 4);
  for (size_t d = 0; d < 2; ++d) {
    if (window.kernel[d] < 1 || window.stride[d] < 1 || window.dilation[d] < 1) {
      context.fail("kernel {}, stride {}, dilation {}: each must be at least 1", window.kernel[d],
                   window.stride[d], window.dilation[d]);
    }
  }
  for (const int64_t pad : window.padding) {
    if (pad < 0) context.fail("padding is {}, must not be negative", pad);
  }
  return {output_extent(context, window, 0), output_extent(context, window, 1)};
}

void expect_bias(const InferContext& context, size_t i, int64_t channels) {
  if (!context.has_input(i)) return;
  if (context.shape(i) != Shape{channels}) {
    context.fail("the bias is {}, expected [{}]", to_string(context.shape(i)), channels);
  }
  const DataType dtype = context.dtype(i);
  const DataType x = context.dtype(0);
  const bool fits = is_float(x)           ? dtype == x
                    : x == DataType::kI16 ? dtype == DataType::kI64 || dtype == DataType::kI32
                                          : dtype == DataType::kI32;
  if (!fits) {
    context.fail("the bias is {} beside {} activations", name(dtype), name(x));
  }
}

DataType layer_output_type(const InferContext& context) {
  const DataType x = context.dtype(0);
  const DataType w = context.dtype(1);
  const bool known = (is_float(x) && (w == x || w == DataType::kI8)) ||
                     (x == DataType::kI8 && w == DataType::kI8) ||
                     (x == DataType::kI16 && w == DataType::kI8) ||
                     (x == DataType::kU8 && w == DataType::kU8);
  if (!known) context.fail("no layer of {} activations and {} weights", name(x), name(w));
  return x;
}

SampleWindow sample_window(Rng& rng, SampleKind kind, int64_t max_dilation) {
  SampleWindow sample;
  const bool same = rng.integer(0, 1) == 0;
  for (size_t d = 0; d < 2; ++d) {
    Window& window = sample.window;
    window.kernel[d] = rng.integer(1, 4);
    window.stride[d] = rng.integer(1, 3);
    window.dilation[d] = window.stride[d] == 1 ? rng.integer(1, max_dilation) : 1;
    const int64_t span = (window.kernel[d] - 1) * window.dilation[d] + 1;
    int64_t& image = sample.image[d];
    image = rng.integer(1, 9) + (same ? 0 : span - 1);
    if (same) {
      const int64_t out = (image + window.stride[d] - 1) / window.stride[d];
      const int64_t pads = std::max<int64_t>(0, (out - 1) * window.stride[d] + span - image);
      window.padding[d] = pads / 2;
      window.padding[d + 2] = pads - pads / 2;
    } else if (kind == SampleKind::kF32) {
      window.padding[d] = rng.integer(0, span - 1);
      window.padding[d + 2] = rng.integer(0, span - 1);
    }
  }
  return sample;
}

namespace {

struct LayerOperands {
  ValueId x, weights, bias;
  Graph::OutputHints hints;
};

float sample_scale(Rng& rng, float low, float high) {
  return std::exp(rng.uniform(std::log(low), std::log(high)));
}

Quantization weight_record(Rng& rng, SampleKind kind, const SampleLayer& shape) {
  if (kind == SampleKind::kU8) {
    return Quantization::per_tensor(sample_scale(rng, 0.001f, 0.1f),
                                    static_cast<int32_t>(rng.integer(0, 255)));
  }
  if (!shape.per_channel_allowed || rng.integer(0, 2) == 0) {
    return Quantization::per_tensor(sample_scale(rng, 0.001f, 0.1f), 0);
  }
  std::vector<float> scales(static_cast<size_t>(shape.channels));
  for (float& scale : scales) scale = sample_scale(rng, 0.001f, 0.1f);
  return Quantization::per_channel(std::move(scales), shape.channel_axis);
}

// The bias' own record: scale(x) * scale(w), zero point 0.
Quantization bias_record(const Quantization& x, const Quantization& w) {
  Quantization bias;
  for (const float scale : w.scales) bias.scales.push_back(x.scale() * scale);
  bias.zero_points.assign(bias.scales.size(), 0);
  bias.axis = w.is_per_tensor() ? Quantization::kPerTensor : 0;
  return bias;
}

template <class T>
Tensor sample_bias(Rng& rng, int64_t channels, double magnitude) {
  Tensor bias(data_type_of<T>, {channels});
  for (T& value : bias.data<T>()) value = static_cast<T>(rng.normal() * magnitude);
  return bias;
}

void avoid_lowest(Tensor& weights) {
  for (int8_t& value : weights.data<int8_t>()) value = std::max<int8_t>(value, -127);
}

LayerOperands float_operands(Graph& graph, Rng& rng, SampleKind kind, const SampleLayer& shape) {
  LayerOperands layer;
  layer.x = graph.add_input("x", {DataType::kF32, shape.x});
  if (kind == SampleKind::kHybrid) {
    Tensor weights = sample_tensor(rng, DataType::kI8, shape.weights);
    avoid_lowest(weights);
    layer.weights = graph.add_constant("w", std::move(weights), weight_record(rng, kind, shape));
  } else {
    layer.weights = graph.add_constant("w", sample_tensor(rng, DataType::kF32, shape.weights));
  }
  if (rng.integer(0, 3) != 0) {
    layer.bias = graph.add_constant("b", sample_bias<float>(rng, shape.channels, 1.0));
  }
  return layer;
}

LayerOperands integer_operands(Graph& graph, Rng& rng, SampleKind kind, const SampleLayer& shape) {
  LayerOperands layer;
  layer.x = sample_input(graph, rng, kind, shape.x);
  const Quantization x = *graph.value(layer.x).type.quantization;
  const Quantization w = weight_record(rng, kind, shape);
  Tensor weights =
      sample_tensor(rng, kind == SampleKind::kU8 ? DataType::kU8 : DataType::kI8, shape.weights);
  if (kind != SampleKind::kU8) avoid_lowest(weights);
  layer.weights = graph.add_constant("w", std::move(weights), w);
  // Root mean square of a sum of products of integers spread over their whole range.
  const bool wide = kind == SampleKind::kI16;
  const double rms = (wide ? 19000.0 : 74.0) * 74.0 * std::sqrt(static_cast<double>(shape.terms));
  if (rng.integer(0, 5) != 0) {
    Tensor bias = wide ? sample_bias<int64_t>(rng, shape.channels, rms)
                       : sample_bias<int32_t>(rng, shape.channels, rms);
    layer.bias = graph.add_constant("b", std::move(bias), bias_record(x, w));
  }
  // A scale that spreads the results over the range, or lets some saturate, or uses a part of it.
  double mean_scale = 0.0;
  for (const float scale : w.scales) mean_scale += static_cast<double>(scale);
  mean_scale /= static_cast<double>(w.scales.size());
  Quantization y = sample_quantization(rng, sample_activation_type(kind));
  const double spread = static_cast<double>(sample_scale(rng, 0.2f, 5.0f));
  y.scales[0] = static_cast<float>(static_cast<double>(x.scale()) * mean_scale * rms /
                                   (wide ? 16000.0 : 64.0) * spread);
  layer.hints.quantization = {y};
  return layer;
}

}  // namespace

Graph sample_layer(Rng& rng, SampleKind kind, const SampleLayer& layer) {
  Graph graph;
  const bool is_float = kind == SampleKind::kF32 || kind == SampleKind::kHybrid;
  const LayerOperands operands = is_float ? float_operands(graph, rng, kind, layer)
                                          : integer_operands(graph, rng, kind, layer);
  graph.set_outputs(graph.add_node({.op = &op(layer.op),
                                    .inputs = {operands.x, operands.weights, operands.bias},
                                    .attributes = layer.attributes},
                                   operands.hints));
  return graph;
}

AxisMap convolution_axes(const Graph& graph, const Node& node, int64_t groups) {
  enum Factor { kBatch, kInputChannel, kOutputChannel };
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  const AxisRole within = AxisRole::blocked_by("channels of a grouped convolution");
  const AxisRole window = AxisRole::blocked_by(kWindowBlocks);
  const AxisRole batch = AxisRole::factor(kBatch, x[0]);
  const AxisRole in = groups > 1 ? within : AxisRole::factor(kInputChannel, w[3]);
  const AxisRole out = groups > 1 ? within : AxisRole::factor(kOutputChannel, w[0]);
  AxisMap map{{{batch, window, window, in}, {out, window, window, in}},
              {{batch, window, window, out}}};
  if (node.inputs.size() > 2) {
    map.inputs.push_back(node.has_input(2) ? TensorAxes{out} : TensorAxes{});
  }
  return map;
}

Cost window_cost(const Shape& image, const Shape& weights) {
  return {image[1] * image[2] * weights.elements()};
}

std::optional<QuantRule> layer_rule(const Node& node, int channel_axis) {
  QuantRule rule;
  rule.inputs = {{QuantRule::Role::kActivation}, {QuantRule::Role::kWeight, channel_axis}};
  if (node.inputs.size() > 2) rule.inputs.push_back({QuantRule::Role::kBias});
  rule.supports_i16 = true;
  return rule;
}

}  // namespace mote::ops
