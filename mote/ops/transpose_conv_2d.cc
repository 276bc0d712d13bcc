// transpose_conv_2d: each input pixel adds w times itself to a window of the output.
#include "mote/kernels/transpose_conv_2d/transpose_conv_2d.h"

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
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

mote_transpose_conv_2d_params params(const TransposeConv2dAttrs& attrs, const LayerTypes& types) {
  const Shape& x = types.x.shape;
  const Shape& w = types.w.shape;
  const Shape& y = types.y.shape;
  mote_transpose_conv_2d_params p{};
  p.n = as_i32(x[0], "batch");
  p.h = as_i32(x[1], "height");
  p.w = as_i32(x[2], "width");
  p.ic = as_i32(x[3], "input channels");
  p.kh = as_i32(w[1], "kernel height");
  p.kw = as_i32(w[2], "kernel width");
  p.oh = as_i32(y[1], "output height");
  p.ow = as_i32(y[2], "output width");
  p.oc = as_i32(y[3], "output channels");
  p.groups = as_i32(attrs.groups, "groups");
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

template <class X, class W, class B>
void run(const EvalContext& context, const mote_transpose_conv_2d_params& p,
         void (*kernel)(const mote_transpose_conv_2d_params*, const X*, const W*, const B*, X*)) {
  const B* bias = context.has_input(2) ? context.input(2).data<B>().data() : nullptr;
  kernel(&p, context.input(0).data<X>().data(), context.input(1).data<W>().data(), bias,
         context.output(0).data<X>().data());
}

void reference(const EvalContext& context) {
  const LayerTypes types{context.input_type(0), context.input_type(1), context.output_type(0)};
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  mote_transpose_conv_2d_params p = params(attrs, types);
  if (types.x.dtype == DataType::kF32) return run(context, p, mote_transpose_conv_2d_f32_reference);
  if (!types.x.quantization) context.no_kernel();
  const bool older = types.x.dtype == DataType::kU8;
  const OutputStage stage(types, attrs.activation,
                          older ? ScaleProduct::kFloat : ScaleProduct::kDouble);
  p.output = stage.kernel_stage();
  p.x_zero_point = tensor_record(types.x).zero_point();
  if (context.has_input(2) &&
      (context.input_type(2).dtype == DataType::kI64) != (types.x.dtype == DataType::kI16)) {
    context.no_kernel();
  }
  switch (types.x.dtype) {
    case DataType::kI8:
      return run(context, p, mote_transpose_conv_2d_i8_reference);
    case DataType::kI16:
      return run(context, p, mote_transpose_conv_2d_i16_reference);
    case DataType::kU8:
      p.w_zero_point = tensor_record(types.w).zero_point();
      return run(context, p, mote_transpose_conv_2d_u8_reference);
    default:
      context.no_kernel();
  }
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  const bool grouped = node.attrs<TransposeConv2dAttrs>().groups > 1;
  const AxisRole within = AxisRole::blocked_by("channels of a grouped convolution");
  const AxisRole window = AxisRole::blocked_by(kWindowBlocks);
  const AxisRole batch = AxisRole::factor(0, x[0]);
  const AxisRole in = grouped ? within : AxisRole::factor(1, w[3]);
  const AxisRole out = grouped ? within : AxisRole::factor(2, w[0]);
  AxisMap map{{{batch, window, window, in}, {out, window, window, in}},
              {{batch, window, window, out}}};
  if (node.inputs.size() > 2) {
    map.inputs.push_back(node.has_input(2) ? TensorAxes{out} : TensorAxes{});
  }
  return map;
}

std::optional<QuantRule> quant(const Graph&, const Node& node) { return layer_rule(node, 0); }

Cost cost(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  return {x[1] * x[2] * graph.value(node.inputs[1]).type.shape.elements()};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kU8) return std::nullopt;
  Graph graph;
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
  const SampleLayerShape shape{.x = x,
                               .weights = weights,
                               .channels = weights[0],
                               .terms = weights[1] * weights[2] * weights[3]};
  const SampleLayer layer = sample_layer(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node({.op = &op("transpose_conv_2d"),
                                    .inputs = {layer.x, layer.weights, layer.bias},
                                    .attributes = Attributes::of(attrs)},
                                   layer.hints));
  return graph;
}

}  // namespace

void define_transpose_conv_2d(OpSink& sink) {
  sink.add({.name = "transpose_conv_2d",
            .summary = "x scattered through w, plus b, clamped; x NHWC, w OHWI",
            .tflite_names = {"TRANSPOSE_CONV"},
            .onnx_names = {"ConvTranspose"},
            .attributes = Attributes::of(TransposeConv2dAttrs{}),
            .infer = infer,
            .reference = reference,
            .axes = axes,
            .quant = quant,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
