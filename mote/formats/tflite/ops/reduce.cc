// MEAN, SUM, REDUCE_*, ARG_MAX, ARG_MIN.
#include <algorithm>

#include "mote/formats/tflite/export.h"
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

void export_reduce(ExportContext& context, schema::BuiltinOperator code) {
  const auto& attrs = context.attrs<ReduceAttrs>();
  context.emit(code, {context.input(0), context.constant_ints("axes", attrs.axes)},
               context.outputs(), schema::CreateReducerOptions(context.builder(), attrs.keep_dims));
}

int32_t arg_axis(ExportContext& context) {
  const auto& attrs = context.attrs<ArgAttrs>();
  if (attrs.last) context.refuse("the last of equal elements; TFLite takes the first");
  if (attrs.keep_dims) context.refuse("a result of the same rank; TFLite drops the axis");
  return context.constant_tensor("axis", Tensor::scalar(static_cast<int32_t>(attrs.axis)));
}

void export_arg_max(ExportContext& context) {
  const schema::TensorType type = tensor_type_from(context.attrs<ArgAttrs>().dtype);
  context.emit(schema::BuiltinOperator::ARG_MAX, {context.input(0), arg_axis(context)},
               context.outputs(), schema::CreateArgMaxOptions(context.builder(), type));
}

void export_arg_min(ExportContext& context) {
  const schema::TensorType type = tensor_type_from(context.attrs<ArgAttrs>().dtype);
  context.emit(schema::BuiltinOperator::ARG_MIN, {context.input(0), arg_axis(context)},
               context.outputs(), schema::CreateArgMinOptions(context.builder(), type));
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
  rules.on_export("mean", [](ExportContext& c) { export_reduce(c, MEAN); });
  rules.on_export("sum", [](ExportContext& c) { export_reduce(c, SUM); });
  rules.on_export("reduce_prod", [](ExportContext& c) { export_reduce(c, REDUCE_PROD); });
  rules.on_export("reduce_max", [](ExportContext& c) { export_reduce(c, REDUCE_MAX); });
  rules.on_export("reduce_min", [](ExportContext& c) { export_reduce(c, REDUCE_MIN); });
  rules.on_export("reduce_any", [](ExportContext& c) { export_reduce(c, REDUCE_ANY); });
  rules.on_export("reduce_all", [](ExportContext& c) { export_reduce(c, REDUCE_ALL); });
  rules.on_export("arg_max", export_arg_max);
  rules.on_export("arg_min", export_arg_min);
}

}  // namespace mote::tflite
