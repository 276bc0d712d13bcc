// conv_2d: y[n,i,j,o] = clamp(sum over the window and input channels of x * w + b).
//
// Types: f32; i8, i16 (weights i8), u8 as TFLite's integer kernels; f32 with i8 weights (dynamic
// range).
#include "mote/kernels/conv_2d/conv_2d.h"

#include "mote/base/checked.h"
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
  const int64_t groups = attrs.groups;
  if (groups < 1 || w[0] % groups != 0 || checked_mul(w[3], groups, "channels") != x[3]) {
    context.fail("{} input channels, weights {} and {} groups do not fit", x[3], to_string(w),
                 groups);
  }
  expect_bias(context, 2, w[0]);
  const auto [oh, ow] = window_output(context, window_of(attrs, w));
  context.add_output(layer_output_type(context), {x[0], oh, ow, w[0]});
}

mote_conv_2d_params params(const Conv2dAttrs& attrs, const LayerTypes& types) {
  auto p = convolution_params<mote_conv_2d_params>(attrs, types);
  p.oc = as_i32(types.y.shape[3], "output channels");
  p.groups = as_i32(attrs.groups, "groups");
  return p;
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const auto& attrs = context.template attrs<Conv2dAttrs>();
    const LayerTypes types = layer_types(context);
    const mote_conv_2d_params p = params(attrs, types);
    if (is_hybrid(types.x, types.w)) {
      // As in LiteRT, inputs with a zero point go with weights per channel.
      return hybrid_request<mote_conv_2d_hybrid_params>(context, "conv_2d", p,
                                                        record(types.w).scales.size() > 1
                                                            ? HybridInputs::kWithZeroPoint
                                                            : HybridInputs::kSymmetric);
    }
    return layer_request(context, "conv_2d", p, [&](const LayerTypes& operands) {
      return convolution_stage(operands, attrs.activation, context.numerics);
    });
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  return convolution_axes(graph, node, node.attrs<Conv2dAttrs>().groups);
}

std::optional<QuantRule> quant(const Graph&, const Node& node) { return layer_rule(node, 0); }

Cost cost(const Graph& graph, const Node& node) {
  return window_cost(graph.value(node.outputs[0]).type.shape,
                     graph.value(node.inputs[1]).type.shape);
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const SampleWindow shape = sample_window(rng, kind, 3);
  const Window& window = shape.window;
  Conv2dAttrs attrs{window.stride, window.dilation, window.padding};
  attrs.groups = kind == SampleKind::kHybrid || rng.integer(0, 3) != 0 ? 1 : rng.integer(2, 3);
  attrs.activation = enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))];
  const int64_t group_ic = rng.integer(1, 9);
  const int64_t oc = attrs.groups * rng.integer(1, 9);
  return sample_layer(
      rng, kind,
      {.op = "conv_2d",
       .attributes = Attributes::of(attrs),
       .x = {rng.integer(1, 2), shape.image[0], shape.image[1], group_ic * attrs.groups},
       .weights = {oc, window.kernel[0], window.kernel[1], group_ic},
       .channels = oc,
       .terms = window.kernel[0] * window.kernel[1] * group_ic});
}

}  // namespace

void define_conv_2d(OpSink& sink) {
  sink.add({.name = "conv_2d",
            .summary = "y = clamp(sum over window and channels of x * w + b); x NHWC, w OHWI",
            .tflite_names = {"CONV_2D"},
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
