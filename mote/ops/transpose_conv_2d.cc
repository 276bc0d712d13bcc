// transpose_conv_2d: each input pixel adds w times itself to a window of the output.
#include "mote/kernels/transpose_conv_2d/transpose_conv_2d.h"

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/layer.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/quantized.h"
#include "mote/ops/window.h"

namespace mote::ops {
namespace {

int64_t output_extent(const InferContext& context, int64_t in, int64_t kernel, size_t d) {
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  if (kernel < 1 || attrs.stride[d] < 1 || attrs.dilation[d] < 1) {
    context.fail("kernel {}, stride {}, dilation {}: each must be at least 1", kernel,
                 attrs.stride[d], attrs.dilation[d]);
  }
  if (attrs.padding[d] < 0 || attrs.padding[d + 2] < 0 || attrs.output_padding[d] < 0) {
    context.fail("padding must not be negative");
  }
  const int64_t moved = checked_mul(in - 1, attrs.stride[d], "extent");
  const int64_t span =
      checked_add(checked_mul(kernel - 1, attrs.dilation[d], "window"), 1, "window");
  int64_t out = checked_add(checked_add(moved, span, "extent"), attrs.output_padding[d], "extent");
  out -= checked_add(attrs.padding[d], attrs.padding[d + 2], "padding");
  if (out < 0) context.fail("padding leaves nothing of an extent");
  return out;
}

void infer(InferContext& context) {
  context.expect_inputs(2, 3);
  context.expect_rank(0, 4);
  context.expect_rank(1, 4);
  const Shape& x = context.shape(0);
  const Shape& w = context.shape(1);
  const int64_t groups = context.attrs<TransposeConv2dAttrs>().groups;
  if (groups < 1 || w[0] % groups != 0 || checked_mul(w[3], groups, "channels") != x[3]) {
    context.fail("{} input channels, weights {} and {} groups do not fit", x[3], to_string(w),
                 groups);
  }
  expect_bias(context, 2, w[0]);
  if (is_hybrid(context.input(0), context.input(1))) {
    throw_error(ErrorKind::kUnsupported, "transpose_conv_2d of f32 with i8 weights");
  }
  context.add_output(layer_output_type(context), {x[0], output_extent(context, x[1], w[1], 0),
                                                  output_extent(context, x[2], w[2], 1), w[0]});
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const auto& attrs = context.template attrs<TransposeConv2dAttrs>();
    const LayerTypes types = layer_types(context);
    auto p = convolution_params<mote_transpose_conv_2d_params>(attrs, types);
    p.oc = as_i32(types.y.shape[3], "output channels");
    p.groups = as_i32(attrs.groups, "groups");
    return layer_request(context, "transpose_conv_2d", p, [&](const LayerTypes& operands) {
      return convolution_stage(operands, attrs.activation, context.numerics);
    });
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  return convolution_axes(graph, node, node.attrs<TransposeConv2dAttrs>().groups);
}

std::optional<QuantRule> quant(const Graph&, const Node& node) { return layer_rule(node, 0); }

Cost cost(const Graph& graph, const Node& node) {
  return window_cost(graph.value(node.inputs[0]).type.shape,
                     graph.value(node.inputs[1]).type.shape);
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kU8) return std::nullopt;
  TransposeConv2dAttrs attrs;
  attrs.groups = kind == SampleKind::kF32 && rng.integer(0, 3) == 0 ? 2 : 1;
  const bool same = rng.integer(0, 1) == 0;
  Shape weights{attrs.groups * rng.integer(1, 6), 0, 0, rng.integer(1, 6)};
  Shape x{rng.integer(1, 2), rng.integer(1, 6), rng.integer(1, 6), weights[3] * attrs.groups};
  for (size_t d = 0; d < 2; ++d) {
    const int64_t kernel = rng.integer(1, 4);
    weights[static_cast<int>(d) + 1] = kernel;
    attrs.stride[d] = rng.integer(1, 3);
    if (kind == SampleKind::kF32) attrs.dilation[d] = rng.integer(1, 2);
    if (!same || attrs.dilation[d] != 1) continue;
    // TFLite's SAME: the output is stride times as large.
    const int64_t crop = kernel - attrs.stride[d];
    attrs.padding[d] = crop > 0 ? crop / 2 : 0;
    attrs.padding[d + 2] = crop > 0 ? crop - crop / 2 : 0;
    attrs.output_padding[d] = crop < 0 ? -crop : 0;
  }
  return sample_layer(rng, kind,
                      {.op = "transpose_conv_2d",
                       .attributes = Attributes::of(attrs),
                       .x = x,
                       .weights = weights,
                       .channels = weights[0],
                       .terms = weights[1] * weights[2] * weights[3]});
}

}  // namespace

void define_transpose_conv_2d(OpSink& sink) {
  sink.add({.name = "transpose_conv_2d",
            .summary = "x scattered through w, plus b, clamped; x NHWC, w OHWI",
            .tflite_names = {"TRANSPOSE_CONV"},
            .onnx_names = {"ConvTranspose"},
            .attributes = Attributes::of(TransposeConv2dAttrs{}),
            .infer = infer,
            .reference = run_reference<Request>,
            .lower = lower_by<Request>,
            .axes = axes,
            .quant = quant,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
