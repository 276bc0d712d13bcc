// CONCATENATION, PACK, PAD, PADV2, MIRROR_PAD.
#include <algorithm>
#include <cmath>

#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

void import_concat(ImportContext& context) {
  const auto& options = context.options<schema::ConcatenationOptions>();
  const AxisAttrs attrs{normalize_axis(options.axis(), context.shape(0).rank(), "the axis")};
  const Activation activation = clamp_from(context, options.fused_activation_function());
  if (activation == Activation::kNone) {
    return context.finish_activated("concat", context.all_inputs(), Attributes::of(attrs),
                                    options.fused_activation_function());
  }
  const ValueId joined = context.add("concat", context.all_inputs(), Attributes::of(attrs),
                                     context.file_output(0).quantization);
  context.finish(name(activation), {joined});
}

void import_pack(ImportContext& context) {
  const auto& options = context.options<schema::PackOptions>();
  if (static_cast<size_t>(options.values_count()) != context.input_count()) {
    context.fail("it has {} operands and packs {}", context.input_count(), options.values_count());
  }
  const Shape from = context.shape(0);
  const int axis = normalize_axis(options.axis(), from.rank() + 1, "the new axis");
  if (!from.is_static() && axis == 0) context.unsupported("it packs along the batch");
  std::vector<int64_t> to = from.dims();
  to.insert(to.begin() + axis, 1);
  std::vector<ValueId> parts;
  for (size_t i = 0; i < context.input_count(); ++i) {
    parts.push_back(context.add("reshape", {context.input(i)}, Attributes::of(ShapeAttrs{to}),
                                context.type(i).quantization));
  }
  context.finish("concat", std::move(parts), Attributes::of(AxisAttrs{axis}));
}

PadAttrs pads(ImportContext& context) {
  const std::vector<int64_t> table = context.ints(1, "pads");
  const auto rank = static_cast<size_t>(context.shape(0).rank());
  if (table.size() != 2 * rank) {
    context.fail("{} pads for {}", table.size(), to_string(context.shape(0)));
  }
  PadAttrs attrs;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (table[2 * axis] < 0 || table[2 * axis + 1] < 0)
      context.fail("a negative pad on axis {}", axis);
    attrs.before.push_back(table[2 * axis]);
    attrs.after.push_back(table[2 * axis + 1]);
  }
  return attrs;
}

void import_pad(ImportContext& context) {
  context.finish("pad", {context.input(0)}, Attributes::of(pads(context)));
}

void import_pad_v2(ImportContext& context) {
  PadAttrs attrs = pads(context);
  const Tensor value = context.known(2, "pad value");
  if (value.elements() != 1) context.fail("{} pad values, expected 1", value.elements());
  attrs.value = elements_as<double>(value)[0];
  if (const auto& record = context.file_input(2).quantization) {
    attrs.value = record->scale() * (attrs.value - record->zero_point());
  } else if (const auto& of_input = context.type(0).quantization) {
    attrs.value = of_input->scale() * (attrs.value - of_input->zero_point());
  }
  context.finish("pad", {context.input(0)}, Attributes::of(std::move(attrs)));
}

void import_mirror_pad(ImportContext& context) {
  PadAttrs attrs = pads(context);
  const auto mode = context.options<schema::MirrorPadOptions>().mode();
  if (mode != schema::MirrorPadMode::REFLECT && mode != schema::MirrorPadMode::SYMMETRIC) {
    context.fail("mode {}, expected REFLECT or SYMMETRIC", static_cast<int>(mode));
  }
  attrs.mode = mode == schema::MirrorPadMode::REFLECT ? PadMode::kReflect : PadMode::kSymmetric;
  context.finish("pad", {context.input(0)}, Attributes::of(std::move(attrs)));
}

void export_concat(ExportContext& context) {
  const int axis =
      normalize_axis(context.attrs<AxisAttrs>().axis, context.shape(0).rank(), "the axis");
  context.emit(schema::BuiltinOperator::CONCATENATION, context.inputs(), context.outputs(),
               schema::CreateConcatenationOptions(context.builder(), axis));
}

int32_t pad_table(ExportContext& context, const PadAttrs& attrs) {
  std::vector<int32_t> table;
  for (size_t axis = 0; axis < attrs.before.size(); ++axis) {
    for (const int64_t pad : {attrs.before[axis], attrs.after[axis]}) {
      if (pad < 0) context.refuse("a pad of {} on axis {}; TFLite does not crop", pad, axis);
      table.push_back(static_cast<int32_t>(pad));
    }
  }
  const auto rank = static_cast<int64_t>(attrs.before.size());
  return context.constant_tensor("pads", Tensor::of<int32_t>({rank, 2}, table));
}

/// The value in the element type of the input.
Tensor pad_value(const ExportContext& context, double value) {
  const TensorType& type = context.type(0);
  if (type.dtype == DataType::kF32) return Tensor::of<float>({1}, {static_cast<float>(value)});
  const double integer = type.quantization ? std::nearbyint(value / type.quantization->scale()) +
                                                 type.quantization->zero_point()
                                           : value;
  const IntegerRange range = integer_range(type.dtype);
  const double clamped =
      std::clamp(integer, static_cast<double>(range.low), static_cast<double>(range.high));
  switch (type.dtype) {
    case DataType::kI8:
      return Tensor::of<int8_t>({1}, {static_cast<int8_t>(clamped)});
    case DataType::kU8:
      return Tensor::of<uint8_t>({1}, {static_cast<uint8_t>(clamped)});
    case DataType::kI16:
      return Tensor::of<int16_t>({1}, {static_cast<int16_t>(clamped)});
    case DataType::kI32:
      return Tensor::of<int32_t>({1}, {static_cast<int32_t>(clamped)});
    case DataType::kI64:
      return Tensor::of<int64_t>({1}, {static_cast<int64_t>(clamped)});
    default:
      context.refuse("a pad of {}", name(type.dtype));
  }
}

void export_pad(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<PadAttrs>();
  const std::vector<int32_t> inputs = {context.input(0), pad_table(context, attrs)};
  switch (attrs.mode) {
    case PadMode::kConstant:
      if (attrs.value == 0.0) {
        return context.emit(PAD, inputs, context.outputs());
      }
      return context.emit(PADV2,
                          {inputs[0], inputs[1],
                           context.constant_tensor("value", pad_value(context, attrs.value),
                                                   context.type(0).quantization)},
                          context.outputs());
    case PadMode::kReflect:
      return context.emit(
          MIRROR_PAD, inputs, context.outputs(),
          schema::CreateMirrorPadOptions(context.builder(), schema::MirrorPadMode::REFLECT));
    case PadMode::kSymmetric:
      return context.emit(
          MIRROR_PAD, inputs, context.outputs(),
          schema::CreateMirrorPadOptions(context.builder(), schema::MirrorPadMode::SYMMETRIC));
    case PadMode::kEdge:
    case PadMode::kWrap:
      context.refuse("pad mode {}", name(attrs.mode));
  }
}

}  // namespace

void define_ops_join(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(CONCATENATION, import_concat);
  rules.on_import(PACK, import_pack);
  rules.on_import(PAD, import_pad);
  rules.on_import(PADV2, import_pad_v2);
  rules.on_import(MIRROR_PAD, import_mirror_pad);
  rules.on_export("concat", export_concat);
  rules.on_export("pad", export_pad);
}

}  // namespace mote::tflite
