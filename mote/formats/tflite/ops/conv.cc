// CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV.
#include <algorithm>

#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

void expect_rank_4(ImportContext& context, size_t i) {
  if (context.shape(i).rank() != 4) {
    context.fail("operand {} is {}, expected rank 4", i, to_string(context.shape(i)));
  }
}

/// Stride, dilation and padding, common to both kinds.
template <class Options>
Conv2dAttrs window_attrs(ImportContext& context, const Options& options) {
  expect_rank_4(context, 0);
  expect_rank_4(context, 1);
  Conv2dAttrs attrs;
  attrs.stride = positive_pair(context, "stride", options.stride_h(), options.stride_w());
  attrs.dilation =
      positive_pair(context, "dilation", options.dilation_h_factor(), options.dilation_w_factor());
  const Shape& x = context.shape(0);
  const Shape& w = context.shape(1);
  attrs.padding =
      explicit_padding(context, options.padding(), {x[1], w[1], attrs.stride[0], attrs.dilation[0]},
                       {x[2], w[2], attrs.stride[1], attrs.dilation[1]});
  attrs.activation = clamp_from(context, options.fused_activation_function());
  return attrs;
}

void report_hybrid(ImportContext& context) {
  if (context.type(0).dtype != DataType::kF32 || context.type(1).dtype != DataType::kI8) return;
  context.report("runtimes quantize its activations on the fly; here they stay float");
}

void import_conv_2d(ImportContext& context) {
  const auto& options = context.options<schema::Conv2DOptions>();
  Conv2dAttrs attrs = window_attrs(context, options);
  const int64_t in_channels = context.shape(0)[3];
  const int64_t per_group = context.shape(1)[3];
  if (per_group < 1 || in_channels % per_group != 0) {
    context.fail("weights for {} input channels, the input has {}", per_group, in_channels);
  }
  attrs.groups = in_channels / per_group;
  report_hybrid(context);
  context.finish_activated("conv_2d",
                           {context.input(0), context.input(1), context.optional_input(2)},
                           Attributes::of(attrs), options.fused_activation_function());
}

void import_depthwise(ImportContext& context) {
  const auto& options = context.options<schema::DepthwiseConv2DOptions>();
  const Conv2dAttrs attrs = window_attrs(context, options);
  report_hybrid(context);
  context.finish_activated("depthwise_conv_2d",
                           {context.input(0), context.input(1), context.optional_input(2)},
                           Attributes::of(attrs), options.fused_activation_function());
}

/// Crops before and after one axis, and the padding where the output is longer than the input
/// spans.
struct CroppedAxis {
  int64_t before = 0;
  int64_t after = 0;
  int64_t output_padding = 0;
};

CroppedAxis crop(schema::Padding padding, const WindowAxis& output, int64_t input_extent) {
  const int64_t before = padding == schema::Padding::SAME ? same_padding(output)[0] : 0;
  const int64_t spanned = (input_extent - 1) * output.stride + output.kernel;
  const int64_t after = spanned - before - output.extent;
  return {before, std::max<int64_t>(after, 0), std::max<int64_t>(-after, 0)};
}

void import_transpose_conv(ImportContext& context) {
  const auto& options = context.options<schema::TransposeConvOptions>();
  const std::vector<int64_t> to =
      context.ints(0, "output shape", ImportContext::Batch::kSymbolicAllowed);
  expect_rank_4(context, 1);
  expect_rank_4(context, 2);
  const Shape& w = context.shape(1);
  const Shape& x = context.shape(2);
  if (to.size() != 4 || to[1] < 1 || to[2] < 1) {
    context.fail("output shape {}, expected rank 4", to_string(Shape(to)));
  }
  if (to[0] != x[0]) context.unsupported("batch {} becomes {}; fix it with --shape", x[0], to[0]);
  TransposeConv2dAttrs attrs;
  attrs.stride = positive_pair(context, "stride", options.stride_h(), options.stride_w());
  const schema::Padding padding = options.padding();
  explicit_padding(context, padding, {}, {});
  const CroppedAxis rows = crop(padding, {to[1], w[1], attrs.stride[0]}, x[1]);
  const CroppedAxis columns = crop(padding, {to[2], w[2], attrs.stride[1]}, x[2]);
  attrs.padding = {rows.before, columns.before, rows.after, columns.after};
  attrs.output_padding = {rows.output_padding, columns.output_padding};
  attrs.activation = clamp_from(context, options.fused_activation_function());
  context.finish_activated("transpose_conv_2d",
                           {context.input(2), context.input(1), context.optional_input(3)},
                           Attributes::of(attrs), options.fused_activation_function());
}

}  // namespace

void define_ops_conv(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(CONV_2D, import_conv_2d);
  rules.on_import(DEPTHWISE_CONV_2D, import_depthwise);
  rules.on_import(TRANSPOSE_CONV, import_transpose_conv);
}

}  // namespace mote::tflite
