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

}  // namespace

void define_ops_pool(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(AVERAGE_POOL_2D, [](ImportContext& c) { import_pool(c, "average_pool_2d"); });
  rules.on_import(MAX_POOL_2D, [](ImportContext& c) { import_pool(c, "max_pool_2d"); });
  rules.on_import(L2_POOL_2D, [](ImportContext& c) { import_pool(c, "l2_pool_2d"); });
}

}  // namespace mote::tflite
