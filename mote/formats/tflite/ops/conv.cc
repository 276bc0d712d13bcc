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

std::array<WindowAxis, 2> window_of(const ExportContext& context, const Conv2dAttrs& attrs) {
  const Shape& x = context.shape(0);
  const Shape& w = context.shape(1);
  return {{{x[1], w[1], attrs.stride[0], attrs.dilation[0]},
           {x[2], w[2], attrs.stride[1], attrs.dilation[1]}}};
}

/// The files of 16x8 networks name the type of their sums; others leave it at its default.
schema::TensorType bias_type(const ExportContext& context, size_t i) {
  if (context.output_type().dtype != DataType::kI16 || !context.has_input(i)) {
    return schema::TensorType::FLOAT32;
  }
  return tensor_type_from(context.type(i).dtype);
}

void export_conv_2d(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<Conv2dAttrs>();
  const PaddedInput x = pad_input(context, attrs.padding, window_of(context, attrs), Border::kZero);
  context.emit(
      CONV_2D, {x.tensor, context.input(1), context.bias_or_zeros(2, 0, 1)}, context.outputs(),
      schema::CreateConv2DOptions(context.builder(), x.kind, static_cast<int>(attrs.stride[1]),
                                  static_cast<int>(attrs.stride[0]), fused_from(attrs.activation),
                                  static_cast<int>(attrs.dilation[1]),
                                  static_cast<int>(attrs.dilation[0]), bias_type(context, 2)));
}

/// LiteRT's dynamic-range kernel reads a scale per channel, whatever the record holds.
int32_t depthwise_weights(ExportContext& context) {
  const auto& record = context.type(1).quantization;
  const Tensor* weights = context.constant(1);
  if (!context.is_hybrid() || weights == nullptr || !record || !record->is_per_tensor()) {
    return context.input(1);
  }
  const auto channels = static_cast<size_t>(weights->shape().back());
  Quantization repeated{std::vector<float>(channels, record->scale()),
                        std::vector<int32_t>(channels, record->zero_point()),
                        weights->shape().rank() - 1};
  if (channels == 1) repeated.axis = record->axis;
  return context.constant_tensor("weights", *weights, std::move(repeated));
}

void export_depthwise(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<Conv2dAttrs>();
  const PaddedInput x = pad_input(context, attrs.padding, window_of(context, attrs), Border::kZero);
  const int64_t multiplier = context.shape(1)[3] / context.shape(0)[3];
  context.emit(DEPTHWISE_CONV_2D,
               {x.tensor, depthwise_weights(context), context.bias_or_zeros(2, 0, 1)},
               context.outputs(),
               schema::CreateDepthwiseConv2DOptions(
                   context.builder(), x.kind, static_cast<int>(attrs.stride[1]),
                   static_cast<int>(attrs.stride[0]), static_cast<int>(multiplier),
                   fused_from(attrs.activation), static_cast<int>(attrs.dilation[1]),
                   static_cast<int>(attrs.dilation[0])));
}

/// How many input positions LiteRT expects of a transposed convolution with that output; it refuses
/// others.
int64_t expected_input(schema::Padding kind, const WindowAxis& output) {
  const int64_t reach = kind == schema::Padding::SAME ? 1 : output.kernel;
  return (output.extent - reach + output.stride) / output.stride;
}

/// True when TFLite's `kind` of padding gives these crops for that output.
bool gives_crops(const ExportContext& context, schema::Padding kind) {
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  for (int axis = 0; axis < 2; ++axis) {
    const auto i = static_cast<size_t>(axis);
    const WindowAxis output{context.output_type().shape[axis + 1], context.shape(1)[axis + 1],
                            attrs.stride[i]};
    const int64_t extent = context.shape(0)[axis + 1];
    if (crop(kind, output, extent).before != attrs.padding[i]) return false;
    if (expected_input(kind, output) != extent) return false;
  }
  return true;
}

/// The output before anything is cropped, long enough for what output padding adds.
Shape uncropped(const ExportContext& context) {
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  Shape shape = context.output_type().shape;
  for (int axis = 1; axis < 3; ++axis) {
    const auto i = static_cast<size_t>(axis - 1);
    const int64_t spanned = (context.shape(0)[axis] - 1) * attrs.stride[i] + context.shape(1)[axis];
    shape[axis] = std::max(spanned, attrs.padding[i] + shape[axis]);
  }
  return shape;
}

void emit_transpose_conv(ExportContext& context, schema::Padding kind, const Shape& shape,
                         const std::vector<int32_t>& outputs) {
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  std::vector<int32_t> inputs = {context.constant_ints("output_shape", shape.dims()),
                                 context.input(1), context.input(0)};
  if (context.has_input(2)) inputs.push_back(context.bias(2, 0, 1));
  context.emit(
      schema::BuiltinOperator::TRANSPOSE_CONV, inputs, outputs,
      schema::CreateTransposeConvOptions(context.builder(), kind, static_cast<int>(attrs.stride[1]),
                                         static_cast<int>(attrs.stride[0]),
                                         fused_from(attrs.activation), bias_type(context, 2)));
}

void export_transpose_conv(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<TransposeConv2dAttrs>();
  if (attrs.groups != 1) context.refuse("{} groups, TRANSPOSE_CONV has one", attrs.groups);
  if (attrs.dilation != std::array<int64_t, 2>{1, 1}) {
    context.refuse("dilation {}x{}, TRANSPOSE_CONV has none", attrs.dilation[0], attrs.dilation[1]);
  }
  const TensorType& y = context.output_type();
  if (!y.shape.is_static()) context.refuse("a dynamic batch; fix it with --shape");
  for (const auto kind : {schema::Padding::VALID, schema::Padding::SAME}) {
    if (gives_crops(context, kind)) {
      return emit_transpose_conv(context, kind, y.shape, context.outputs());
    }
  }
  const Shape whole = uncropped(context);
  const int32_t all = context.temporary("uncropped", {y.dtype, whole, y.quantization});
  emit_transpose_conv(context, schema::Padding::VALID, whole, {all});
  context.emit(SLICE,
               {all, context.constant_ints("begin", {0, attrs.padding[0], attrs.padding[1], 0}),
                context.constant_ints("size", y.shape.dims())},
               context.outputs());
}

}  // namespace

void define_ops_conv(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(CONV_2D, import_conv_2d);
  rules.on_import(DEPTHWISE_CONV_2D, import_depthwise);
  rules.on_import(TRANSPOSE_CONV, import_transpose_conv);
  rules.on_export("conv_2d", export_conv_2d);
  rules.on_export("depthwise_conv_2d", export_depthwise);
  rules.on_export("transpose_conv_2d", export_transpose_conv);
}

}  // namespace mote::tflite
