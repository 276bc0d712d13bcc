// depthwise_conv_2d: y[n,i,j,o] = clamp(sum over the window of x[.., o / multiplier] * w + b).
//
// Types: f32; i8, i16 (weights i8), u8 as TFLite's integer kernels; f32 with i8 weights (dynamic
// range).
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"

#include <algorithm>

#include "mote/ops/define.h"
#include "mote/ops/layer.h"
#include "mote/ops/nn_attrs.h"
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
  auto p = convolution_params<mote_depthwise_conv_2d_params>(attrs, types);
  p.multiplier = as_i32(types.y.shape[3] / types.x.shape[3], "depth multiplier");
  return p;
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const auto& attrs = context.template attrs<Conv2dAttrs>();
    const LayerTypes types = layer_types(context);
    const mote_depthwise_conv_2d_params p = params(attrs, types);
    if (is_hybrid(types.x, types.w)) {
      // LiteRT knows only weights per channel here, and inputs with a zero point go with them.
      return hybrid_request<mote_depthwise_conv_2d_hybrid_params>(context, "depthwise_conv_2d", p,
                                                                  HybridInputs::kWithZeroPoint);
    }
    return layer_request(context, "depthwise_conv_2d", p, [&](const LayerTypes& operands) {
      return convolution_stage(operands, attrs.activation, context.numerics);
    });
  }
};

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
  return window_cost(graph.value(node.outputs[0]).type.shape,
                     graph.value(node.inputs[1]).type.shape);
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const SampleWindow shape = sample_window(rng, kind, 3);
  const Window& window = shape.window;
  Conv2dAttrs attrs{window.stride, window.dilation, window.padding};
  attrs.activation = enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))];
  const int64_t ic = rng.integer(1, 20);
  const int64_t oc = ic * (rng.integer(0, 1) == 0 ? 1 : rng.integer(2, 4));
  return sample_layer(rng, kind,
                      {.op = "depthwise_conv_2d",
                       .attributes = Attributes::of(attrs),
                       .x = {rng.integer(1, 2), shape.image[0], shape.image[1], ic},
                       .weights = {1, window.kernel[0], window.kernel[1], oc},
                       .channel_axis = 3,
                       .channels = oc,
                       .terms = window.kernel[0] * window.kernel[1]});
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
       .reference = run_reference<Request>,
       .lower = lower_by<Request>,
       .axes = axes,
       .quant = quant,
       .cost = cost,
       .sample = sample});
}

}  // namespace mote::ops
