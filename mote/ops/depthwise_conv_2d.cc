// depthwise_conv_2d: y[n,i,j,o] = clamp(sum over the window of x[.., o / multiplier] * w + b).
//
// Types: f32; i8, i16 (weights i8), u8 as TFLite's integer kernels; f32 with i8 weights (dynamic
// range).
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"

#include <algorithm>

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/fast_layer.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/window.h"

namespace mote::ops {
namespace {

Window window_of(const Conv2dAttrs& attrs, const Shape& weights) {
  return {{weights[1], weights[2]}, attrs.stride, attrs.dilation, attrs.padding};
}

void infer(InferContext& context) {
  context.expect_inputs(2, 3);
  context.expect_rank(0, 4);
  context.expect_rank(1, 4);
  const auto& attrs = context.attrs<Conv2dAttrs>();
  const Shape& x = context.shape(0);
  const Shape& w = context.shape(1);
  if (w[0] != 1 || x[3] == 0 || w[3] % x[3] != 0 || w[3] == 0) {
    context.fail("{} input channels and weights {} do not fit; expected [1,kh,kw,{} * multiplier]",
                 x[3], to_string(w), x[3]);
  }
  expect_bias(context, 2, w[3]);
  const auto [oh, ow] = window_output(context, window_of(attrs, w));
  context.add_output(layer_output_type(context), {x[0], oh, ow, w[3]});
}

mote_depthwise_conv_2d_params params(const Conv2dAttrs& attrs, const LayerTypes& types) {
  const Shape& x = types.x.shape;
  const Shape& w = types.w.shape;
  const Shape& y = types.y.shape;
  mote_depthwise_conv_2d_params p{};
  p.n = as_i32(x[0], "batch");
  p.h = as_i32(x[1], "height");
  p.w = as_i32(x[2], "width");
  p.ic = as_i32(x[3], "input channels");
  p.kh = as_i32(w[1], "kernel height");
  p.kw = as_i32(w[2], "kernel width");
  p.oh = as_i32(y[1], "output height");
  p.ow = as_i32(y[2], "output width");
  p.multiplier = as_i32(y[3] / x[3], "depth multiplier");
  p.stride_h = as_i32(attrs.stride[0], "stride");
  p.stride_w = as_i32(attrs.stride[1], "stride");
  p.dilation_h = as_i32(attrs.dilation[0], "dilation");
  p.dilation_w = as_i32(attrs.dilation[1], "dilation");
  p.pad_top = as_i32(attrs.padding[0], "padding");
  p.pad_left = as_i32(attrs.padding[1], "padding");
  const FloatRange range = float_range(attrs.activation);
  p.y_min = range.low;
  p.y_max = range.high;
  return p;
}

template <class T>
const T* data_or_null(const EvalContext& context, size_t i) {
  return context.has_input(i) ? context.input(i).data<T>().data() : nullptr;
}

void reference_hybrid(const EvalContext& context, const mote_depthwise_conv_2d_params& p) {
  std::vector<float> w_scales = record(context.input_type(1)).scales;
  // Per-channel weights go with inputs that have a zero point, as in LiteRT.
  const QuantizedRows x = quantize_rows(context.input(0), p.n, w_scales.size() > 1);
  if (w_scales.size() == 1) w_scales.resize(static_cast<size_t>(p.ic * p.multiplier), w_scales[0]);
  const mote_depthwise_conv_2d_hybrid scales{
      x.scales.data(), x.zero_points.empty() ? nullptr : x.zero_points.data(), w_scales.data()};
  mote_depthwise_conv_2d_hybrid_reference(
      &p, &scales, x.values.data(), context.input(1).data<int8_t>().data(),
      data_or_null<float>(context, 2), context.output(0).data<float>().data());
}

template <class X, class W, class B>
using Kernel = void (*)(const mote_depthwise_conv_2d_params*, const X*, const W*, const B*, X*);

template <class X, class W, class B>
void run(const EvalContext& context, const mote_depthwise_conv_2d_params& p,
         Kernel<X, W, B> kernel) {
  kernel(&p, context.input(0).data<X>().data(), context.input(1).data<W>().data(),
         data_or_null<B>(context, 2), context.output(0).data<X>().data());
}

void reference(const EvalContext& context) {
  const LayerTypes types{context.input_type(0), context.input_type(1), context.output_type(0)};
  const auto& attrs = context.attrs<Conv2dAttrs>();
  mote_depthwise_conv_2d_params p = params(attrs, types);
  if (is_hybrid(types.x, types.w)) return reference_hybrid(context, p);
  if (types.x.dtype == DataType::kF32) return run(context, p, mote_depthwise_conv_2d_f32_reference);
  if (!types.x.quantization) context.no_kernel();
  const bool older = types.x.dtype == DataType::kU8;
  const OutputStage stage(types, attrs.activation,
                          older ? ScaleProduct::kFloat : ScaleProduct::kDouble);
  p.output = stage.kernel_stage();
  p.x_zero_point = tensor_record(types.x).zero_point();
  switch (types.x.dtype) {
    case DataType::kI8:
      return run(context, p, mote_depthwise_conv_2d_i8_reference);
    case DataType::kI16:
      if (context.has_input(2) && context.input_type(2).dtype != DataType::kI64) {
        context.no_kernel();
      }
      return run(context, p, mote_depthwise_conv_2d_i16_reference);
    case DataType::kU8:
      p.w_zero_point = tensor_record(types.w).zero_point();
      return run(context, p, mote_depthwise_conv_2d_u8_reference);
    default:
      context.no_kernel();
  }
}

// What a fast run needs besides its operands.
struct FastDepthwise {
  mote_depthwise_conv_2d_params params;
  OutputStage output;
  std::unique_ptr<FastStage> stage;
  std::vector<int32_t> sums;
  std::vector<float> bias;
};

PreparedKernel prepare_fast(const PrepareContext& context) {
  if (!has_fast_types(context)) return {};
  const auto& attrs = context.attrs<Conv2dAttrs>();
  const LayerTypes types{context.input_type(0), context.input_type(1), context.output_type(0)};
  const auto layer = std::make_shared<FastDepthwise>();
  layer->params = params(attrs, types);
  if (layer->params.multiplier != 1) return {};
  const mote_fast_kernels* kernels = mote_fast_kernels_for(kernel_isa(context.isa));
  const Tensor* bias = context.node->has_input(2) ? context.constant(2) : nullptr;
  const int32_t channels = layer->params.ic;
  if (types.x.dtype == DataType::kF32) {
    layer->bias.assign(static_cast<size_t>(channels), 0.0f);
    if (bias != nullptr) std::ranges::copy(bias->data<float>(), layer->bias.begin());
    return [layer, kernels](const EvalContext& run) {
      kernels->depthwise_f32(&layer->params, run.input(0).data<float>().data(),
                             run.input(1).data<float>().data(), layer->bias.data(),
                             run.output(0).data<float>().data());
    };
  }
  layer->output = OutputStage(types, attrs.activation, ScaleProduct::kDouble);
  layer->params.x_zero_point = tensor_record(types.x).zero_point();
  layer->stage = std::make_unique<FastStage>(layer->output.kernel_stage(), channels,
                                             bias ? bias->data<int32_t>().data() : nullptr);
  layer->sums.resize(static_cast<size_t>(channels));
  return [layer, kernels](const EvalContext& run) {
    kernels->depthwise_i8(&layer->params, layer->stage->get(), run.input(0).data<int8_t>().data(),
                          run.input(1).data<int8_t>().data(), layer->sums.data(),
                          run.output(0).data<int8_t>().data());
  };
}

// Factor ids of the map.
enum Factor { kBatch, kChannel, kMultiplier };

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  const AxisRole window = AxisRole::blocked_by(kWindowBlocks);
  const AxisRole batch = AxisRole::factor(kBatch, x[0]);
  // Output channels are (channel, multiplier), channel outermost.
  const AxisRole out{{{0, {{kChannel, x[3]}, {kMultiplier, w[3] / x[3]}}}}, {}};
  AxisMap map{{{batch, window, window, AxisRole::factor(kChannel, x[3])},
               {AxisRole{}, window, window, out}},
              {{batch, window, window, out}}};
  if (node.inputs.size() > 2) {
    map.inputs.push_back(node.has_input(2) ? TensorAxes{out} : TensorAxes{});
  }
  return map;
}

std::optional<QuantRule> quant(const Graph&, const Node& node) { return layer_rule(node, 3); }

Cost cost(const Graph& graph, const Node& node) {
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  const Shape& y = graph.value(node.outputs[0]).type.shape;
  return {y[1] * y[2] * w.elements()};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  Graph graph;
  const SampleWindow shape = sample_window(rng, kind, 3);
  const Window& window = shape.window;
  Conv2dAttrs attrs{window.stride, window.dilation, window.padding};
  attrs.activation = enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))];
  const int64_t ic = rng.integer(1, 20);
  const int64_t oc = ic * (rng.integer(0, 1) == 0 ? 1 : rng.integer(2, 4));
  const SampleLayerShape layer_shape{.x = {rng.integer(1, 2), shape.image[0], shape.image[1], ic},
                                     .weights = {1, window.kernel[0], window.kernel[1], oc},
                                     .channel_axis = 3,
                                     .channels = oc,
                                     .terms = window.kernel[0] * window.kernel[1]};
  const SampleLayer layer = sample_layer(graph, rng, kind, layer_shape);
  graph.set_outputs(graph.add_node({.op = &op("depthwise_conv_2d"),
                                    .inputs = {layer.x, layer.weights, layer.bias},
                                    .attributes = Attributes::of(attrs)},
                                   layer.hints));
  return graph;
}

}  // namespace

void define_depthwise_conv_2d(OpSink& sink) {
  sink.add(
      {.name = "depthwise_conv_2d",
       .summary = "y = clamp(sum over the window of x * w + b), channel by channel; w [1,kh,kw,oc]",
       .tflite_names = {"DEPTHWISE_CONV_2D"},
       .onnx_names = {"Conv"},
       .attributes = Attributes::of(Conv2dAttrs{}),
       .infer = infer,
       .reference = reference,
       .prepare_fast = prepare_fast,
       .axes = axes,
       .quant = quant,
       .cost = cost,
       .sample = sample});
}

}  // namespace mote::ops
