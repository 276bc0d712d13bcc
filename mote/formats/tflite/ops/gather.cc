// GATHER, EMBEDDING_LOOKUP, SELECT, SELECT_V2.
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

void import_gather(ImportContext& context) {
  const auto* options = context.options_or_null<schema::GatherOptions>();
  GatherAttrs attrs;
  if (options != nullptr) {
    attrs.batch_dims = options->batch_dims();
    attrs.axis = normalize_axis(options->axis(), context.shape(0).rank(), "the axis");
  }
  context.finish("gather", {context.input(0), context.input(1)}, Attributes::of(attrs));
}

void import_embedding_lookup(ImportContext& context) {
  context.finish("gather", {context.input(1), context.input(0)}, Attributes::of(GatherAttrs{}));
}

/// The first version broadcasts a condition of rank 1 along the outermost axis.
void import_select(ImportContext& context) {
  ValueId condition = context.input(0);
  const Shape mask = context.shape(0);
  const Shape x = context.shape(1);
  if (mask.rank() == 1 && x.rank() > 1) {
    std::vector<int64_t> to(static_cast<size_t>(x.rank()), 1);
    to[0] = mask[0];
    condition = context.add("reshape", {condition}, Attributes::of(ShapeAttrs{std::move(to)}));
  }
  context.finish("where", {condition, context.input(1), context.input(2)});
}

void import_select_v2(ImportContext& context) {
  context.finish("where", {context.input(0), context.input(1), context.input(2)});
}

void export_gather(ExportContext& context) {
  const auto& attrs = context.attrs<GatherAttrs>();
  const int axis = normalize_axis(attrs.axis, context.shape(0).rank(), "the axis");
  context.emit(
      schema::BuiltinOperator::GATHER, context.inputs(), context.outputs(),
      schema::CreateGatherOptions(context.builder(), axis, static_cast<int32_t>(attrs.batch_dims)));
}

void export_where(ExportContext& context) {
  context.emit(schema::BuiltinOperator::SELECT_V2, context.inputs(), context.outputs());
}

}  // namespace

void define_ops_gather(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(GATHER, import_gather);
  rules.on_import(EMBEDDING_LOOKUP, import_embedding_lookup);
  rules.on_import(SELECT, import_select);
  rules.on_import(SELECT_V2, import_select_v2);
  rules.on_export("gather", export_gather);
  rules.on_export("where", export_where);
}

}  // namespace mote::tflite
