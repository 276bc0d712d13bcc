// MEAN, SUM, REDUCE_*, ARG_MAX, ARG_MIN.
#include <algorithm>

#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/math_attrs.h"

namespace mote::tflite {
namespace {

void import_reduce(ImportContext& context, std::string_view op) {
  const auto& options = context.options<schema::ReducerOptions>();
  ReduceAttrs attrs{.axes = context.ints(1, "axes"), .keep_dims = options.keep_dims()};
  for (int64_t& axis : attrs.axes) {
    axis = normalize_axis(axis, context.shape(0).rank(), "a reduced axis");
  }
  std::sort(attrs.axes.begin(), attrs.axes.end());
  attrs.axes.erase(std::unique(attrs.axes.begin(), attrs.axes.end()), attrs.axes.end());
  context.finish(op, {context.input(0)}, Attributes::of(std::move(attrs)));
}

void import_arg(ImportContext& context, std::string_view op) {
  const ArgAttrs attrs{
      .axis = normalize_axis(context.scalar_int(1, "axis"), context.shape(0).rank(), "the axis"),
      .dtype = context.file_output(0).dtype.value_or(DataType::kI64)};
  context.finish(op, {context.input(0)}, Attributes::of(attrs));
}

}  // namespace

void define_ops_reduce(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(MEAN, [](ImportContext& c) { import_reduce(c, "mean"); });
  rules.on_import(SUM, [](ImportContext& c) { import_reduce(c, "sum"); });
  rules.on_import(REDUCE_PROD, [](ImportContext& c) { import_reduce(c, "reduce_prod"); });
  rules.on_import(REDUCE_MAX, [](ImportContext& c) { import_reduce(c, "reduce_max"); });
  rules.on_import(REDUCE_MIN, [](ImportContext& c) { import_reduce(c, "reduce_min"); });
  rules.on_import(REDUCE_ANY, [](ImportContext& c) { import_reduce(c, "reduce_any"); });
  rules.on_import(REDUCE_ALL, [](ImportContext& c) { import_reduce(c, "reduce_all"); });
  rules.on_import(ARG_MAX, [](ImportContext& c) { import_arg(c, "arg_max"); });
  rules.on_import(ARG_MIN, [](ImportContext& c) { import_arg(c, "arg_min"); });
}

}  // namespace mote::tflite
