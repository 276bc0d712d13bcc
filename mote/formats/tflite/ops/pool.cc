// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D.
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

void import_pool(ImportContext& context, std::string_view op) {
  const auto& options = context.options<schema::Pool2DOptions>();
  const Shape& x = context.shape(0);
  if (x.rank() != 4) context.fail("its input is {}, expected rank 4", to_string(x));
  Pool2dAttrs attrs;
  attrs.kernel = positive_pair(context, "window", options.filter_height(), options.filter_width());
  attrs.stride = positive_pair(context, "stride", options.stride_h(), options.stride_w());
  attrs.padding =
      explicit_padding(context, options.padding(), {x[1], attrs.kernel[0], attrs.stride[0]},
                       {x[2], attrs.kernel[1], attrs.stride[1]});
  attrs.activation = clamp_from(context, options.fused_activation_function());
  context.finish_activated(op, {context.input(0)}, Attributes::of(attrs),
                           options.fused_activation_function());
}

void export_pool(ExportContext& context, schema::BuiltinOperator code, Border border) {
  const auto& attrs = context.attrs<Pool2dAttrs>();
  if (attrs.dilation != std::array<int64_t, 2>{1, 1}) {
    context.refuse("dilation {}x{}, pools have none", attrs.dilation[0], attrs.dilation[1]);
  }
  const Shape& x = context.shape(0);
  const std::array<WindowAxis, 2> window = {
      {{x[1], attrs.kernel[0], attrs.stride[0]}, {x[2], attrs.kernel[1], attrs.stride[1]}}};
  const bool averages = code != schema::BuiltinOperator::MAX_POOL_2D;
  const bool has_border = attrs.padding != std::array<int64_t, 4>{};
  PaddedInput padded;
  if (averages && has_border && attrs.count_include_padding) {
    padded.tensor = emit_pad(context, attrs.padding, Border::kZero);
  } else {
    const auto [top, bottom] = same_padding(window[0]);
    const auto [left, right] = same_padding(window[1]);
    if (averages && has_border &&
        attrs.padding != std::array<int64_t, 4>{top, left, bottom, right}) {
      context.refuse("pads {}, {}, {}, {} that the average leaves out", attrs.padding[0],
                     attrs.padding[1], attrs.padding[2], attrs.padding[3]);
    }
    padded = pad_input(context, attrs.padding, window, border);
  }
  context.emit(code, {padded.tensor}, context.outputs(),
               schema::CreatePool2DOptions(
                   context.builder(), padded.kind, static_cast<int>(attrs.stride[1]),
                   static_cast<int>(attrs.stride[0]), static_cast<int>(attrs.kernel[1]),
                   static_cast<int>(attrs.kernel[0]), fused_from(attrs.activation)));
}

}  // namespace

void define_ops_pool(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(AVERAGE_POOL_2D, [](ImportContext& c) { import_pool(c, "average_pool_2d"); });
  rules.on_import(MAX_POOL_2D, [](ImportContext& c) { import_pool(c, "max_pool_2d"); });
  rules.on_import(L2_POOL_2D, [](ImportContext& c) { import_pool(c, "l2_pool_2d"); });
  rules.on_export("average_pool_2d",
                  [](ExportContext& c) { export_pool(c, AVERAGE_POOL_2D, Border::kZero); });
  rules.on_export("max_pool_2d",
                  [](ExportContext& c) { export_pool(c, MAX_POOL_2D, Border::kLowest); });
  rules.on_export("l2_pool_2d",
                  [](ExportContext& c) { export_pool(c, L2_POOL_2D, Border::kZero); });
}

}  // namespace mote::tflite
