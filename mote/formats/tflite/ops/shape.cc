// RESHAPE, SQUEEZE, EXPAND_DIMS, TRANSPOSE, TILE, BROADCAST_TO, FILL, SHAPE, RANK.
#include <algorithm>

#include "mote/base/checked.h"
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

/// The new shape as our attribute: an open batch stays the first extent, spelt -1.
std::vector<int64_t> reshape_target(ImportContext& context, std::vector<int64_t> to) {
  const Shape& from = context.shape(0);
  if (from.is_static()) return to;
  if (to.empty() || to[0] != -1) {
    context.unsupported("{} becomes {}, which fixes the batch", to_string(from),
                        to_string(Shape(to)));
  }
  int64_t per_sample = 1;
  for (size_t i = 1; i < to.size(); ++i) per_sample = checked_mul(per_sample, to[i], "elements");
  if (per_sample != from.elements_per_sample()) {
    context.unsupported("{} becomes {}, which mixes samples", to_string(from),
                        to_string(Shape(to)));
  }
  return to;
}

void finish_reshape(ImportContext& context, std::vector<int64_t> to) {
  context.finish("reshape", {context.input(0)},
                 Attributes::of(ShapeAttrs{reshape_target(context, std::move(to))}));
}

void import_reshape(ImportContext& context) {
  if (context.has_input(1)) {
    return finish_reshape(context,
                          context.ints(1, "new shape", ImportContext::Batch::kSymbolicAllowed));
  }
  const auto& options = context.options<schema::ReshapeOptions>();
  const auto shape = elements(options.new_shape());
  finish_reshape(context, {shape.begin(), shape.end()});
}

void import_squeeze(ImportContext& context) {
  const auto* options = context.options_or_null<schema::SqueezeOptions>();
  const Shape& from = context.shape(0);
  std::vector<bool> dropped(static_cast<size_t>(from.rank()), false);
  const auto axes =
      options == nullptr ? std::span<const int32_t>() : elements(options->squeeze_dims());
  for (const int32_t axis : axes) {
    dropped[static_cast<size_t>(normalize_axis(axis, from.rank(), "a squeezed axis"))] = true;
  }
  std::vector<int64_t> to;
  for (int axis = 0; axis < from.rank(); ++axis) {
    const bool drop = axes.empty() ? from[axis] == 1 : dropped[static_cast<size_t>(axis)];
    if (drop && from[axis] != 1) context.fail("axis {} of {} is not 1", axis, to_string(from));
    if (!drop) to.push_back(from[axis]);
  }
  finish_reshape(context, std::move(to));
}

void import_expand_dims(ImportContext& context) {
  const Shape& from = context.shape(0);
  const int axis = normalize_axis(context.scalar_int(1, "axis"), from.rank() + 1, "the new axis");
  std::vector<int64_t> to = from.dims();
  to.insert(to.begin() + axis, 1);
  finish_reshape(context, std::move(to));
}

void import_transpose(ImportContext& context) {
  std::vector<int64_t> permutation = context.ints(1, "permutation");
  for (int64_t& axis : permutation) {
    axis = normalize_axis(axis, context.shape(0).rank(), "an axis of the permutation");
  }
  context.finish("transpose", {context.input(0)},
                 Attributes::of(TransposeAttrs{std::move(permutation)}));
}

void import_tile(ImportContext& context) {
  context.finish("tile", {context.input(0)}, Attributes::of(TileAttrs{context.ints(1, "repeats")}));
}

void import_broadcast_to(ImportContext& context) {
  context.finish("broadcast_to", {context.input(0)},
                 Attributes::of(ShapeAttrs{context.ints(1, "shape")}));
}

void import_fill(ImportContext& context) {
  context.finish("broadcast_to", {context.input(1)},
                 Attributes::of(ShapeAttrs{context.ints(0, "shape")}));
}

void bind_integers(ImportContext& context, const std::vector<int64_t>& values, const Shape& shape) {
  Importer& importer = context.importer();
  const DataType dtype = context.file_output(0).dtype.value_or(DataType::kI32);
  Tensor tensor(dtype, shape);
  if (dtype == DataType::kI32) {
    std::copy(values.begin(), values.end(), tensor.data<int32_t>().begin());
  } else if (dtype == DataType::kI64) {
    std::copy(values.begin(), values.end(), tensor.data<int64_t>().begin());
  } else {
    context.fail("its result is of {}, expected i32 or i64", name(dtype));
  }
  const ValueId value = importer.graph.add_constant(context.name(), std::move(tensor));
  if (std::find(values.begin(), values.end(), kDynamic) != values.end()) {
    importer.symbolic.insert(value);
  }
  importer.folded_shapes = true;
  context.bind_output(0, value);
}

void import_shape(ImportContext& context) {
  const Shape& shape = context.shape(0);
  bind_integers(context, shape.dims(), {shape.rank()});
}

void import_rank(ImportContext& context) { bind_integers(context, {context.shape(0).rank()}, {}); }

void export_reshape(ExportContext& context) {
  const std::vector<int64_t>& to = context.attrs<ShapeAttrs>().shape;
  std::vector<int32_t> narrow(to.begin(), to.end());
  context.emit(schema::BuiltinOperator::RESHAPE,
               {context.input(0), context.constant_ints("shape", to)}, context.outputs(),
               schema::CreateReshapeOptionsDirect(context.builder(), &narrow));
}

void export_transpose(ExportContext& context) {
  context.emit(schema::BuiltinOperator::TRANSPOSE,
               {context.input(0),
                context.constant_ints("permutation", context.attrs<TransposeAttrs>().permutation)},
               context.outputs());
}

void export_tile(ExportContext& context) {
  context.emit(
      schema::BuiltinOperator::TILE,
      {context.input(0), context.constant_ints("repeats", context.attrs<TileAttrs>().repeats)},
      context.outputs());
}

void export_broadcast_to(ExportContext& context) {
  const Shape& to = context.output_type().shape;
  if (!to.is_static()) context.refuse("a dynamic batch; fix it with --shape");
  context.emit(schema::BuiltinOperator::BROADCAST_TO,
               {context.input(0), context.constant_ints("shape", to.dims())}, context.outputs());
}

}  // namespace

void define_ops_shape(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(RESHAPE, import_reshape);
  rules.on_import(SQUEEZE, import_squeeze);
  rules.on_import(EXPAND_DIMS, import_expand_dims);
  rules.on_import(TRANSPOSE, import_transpose);
  rules.on_import(TILE, import_tile);
  rules.on_import(BROADCAST_TO, import_broadcast_to);
  rules.on_import(FILL, import_fill);
  rules.on_import(SHAPE, import_shape);
  rules.on_import(RANK, import_rank);
  rules.on_export("reshape", export_reshape);
  rules.on_export("transpose", export_transpose);
  rules.on_export("tile", export_tile);
  rules.on_export("broadcast_to", export_broadcast_to);
}

}  // namespace mote::tflite
