// CAST, QUANTIZE, DEQUANTIZE.
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/math_attrs.h"

namespace mote::tflite {
namespace {

Attributes output_type(ImportContext& context) {
  const FileTensor& output = context.file_output(0);
  if (!output.dtype) context.unsupported("its result is of {}", type_name(output.file_type));
  return Attributes::of(TypeAttrs{*output.dtype});
}

void import_cast(ImportContext& context) {
  context.finish("cast", {context.input(0)}, output_type(context));
}

void import_quantize(ImportContext& context) {
  context.finish("quantize", {context.input(0)}, output_type(context));
}

/// float16 weights reach their operator through a DEQUANTIZE that only widens.
void import_dequantize(ImportContext& context) {
  if (context.type(0).dtype == DataType::kF16) return import_cast(context);
  context.finish("dequantize", {context.input(0)});
}

void export_cast(ExportContext& context) {
  const DataType from = context.type(0).dtype;
  const DataType to = context.output_type().dtype;
  if (from == DataType::kF16 && to == DataType::kF32) {
    return context.emit(schema::BuiltinOperator::DEQUANTIZE, context.inputs(), context.outputs());
  }
  context.emit(
      schema::BuiltinOperator::CAST, context.inputs(), context.outputs(),
      schema::CreateCastOptions(context.builder(), tensor_type_from(from), tensor_type_from(to)));
}

void export_quantize(ExportContext& context) {
  context.emit(schema::BuiltinOperator::QUANTIZE, context.inputs(), context.outputs());
}

void export_dequantize(ExportContext& context) {
  context.emit(schema::BuiltinOperator::DEQUANTIZE, context.inputs(), context.outputs());
}

}  // namespace

void define_ops_convert(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(CAST, import_cast);
  rules.on_import(QUANTIZE, import_quantize);
  rules.on_import(DEQUANTIZE, import_dequantize);
  rules.on_export("cast", export_cast);
  rules.on_export("quantize", export_quantize);
  rules.on_export("dequantize", export_dequantize);
}

}  // namespace mote::tflite
