// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
#include <limits>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/math_attrs.h"

namespace mote::onnx {
namespace {

// Scale and zero point in inputs 1 and 2 of a tensor with `shape`.
Quantization read_record(const NodeImport& node, const Shape& shape) {
  if (node.integer("block_size", 0) != 0) node.refuse("blocked quantization is not supported");
  const Tensor& scale = node.required_constant(1, "scale");
  if (scale.dtype() != DataType::kF32)
    node.refuse("scales of {} are not supported", name(scale.dtype()));
  if (scale.shape().rank() > 1) node.fail("the scale has shape {}", to_string(scale.shape()));
  Quantization record;
  record.scales = elements_as<float>(scale);
  record.zero_points.assign(record.scales.size(), 0);
  if (node.has_input(2)) {
    const Tensor& zero_point = node.required_constant(2, "zero point");
    if (zero_point.elements() != scale.elements()) {
      node.fail("{} scales and {} zero points", scale.elements(), zero_point.elements());
    }
    record.zero_points = elements_as<int32_t>(zero_point);
  }
  if (scale.elements() != 1) {
    record.axis = normalize_axis(node.integer("axis", 1), shape.rank(), "axis");
  }
  return record;
}

// The element type that a quantized result gets: that of the zero point, else the attribute's.
DataType quantized_type(const NodeImport& node) {
  if (node.has_input(2)) return node.dtype(2);
  const int64_t code = node.integer("output_dtype", 0);
  if (code == 0) return DataType::kU8;
  const std::optional<DataType> type = data_type_from_onnx(code);
  if (!type || !is_integer(*type)) node.refuse("output_dtype {} ({})", onnx_type_name(code), code);
  return *type;
}

void import_quantize(NodeImport& node) {
  const Quantization record = read_record(node, node.shape(0));
  const Attributes attributes = Attributes::of(TypeAttrs{quantized_type(node)});
  const auto quantized = [&](ValueId x) {
    if (node.type(x).dtype != DataType::kF32) {
      x = node.emit("cast", {x}, Attributes::of(TypeAttrs{DataType::kF32}));
    }
    return node.emit("quantize", {x}, attributes, record);
  };
  if (!record.is_per_tensor()) return node.output(0, quantized(node.input(0)));
  node.output_built({0}, [&](const std::vector<ValueId>& x) { return quantized(x[0]); });
}

void import_dequantize(NodeImport& node) {
  const Quantization record = read_record(node, node.shape(0));
  if (!is_integer(node.dtype(0))) node.fail("the input is {}", name(node.dtype(0)));
  const auto dequantized = [&](ValueId x) {
    return node.emit("dequantize", {node.with_record(x, record)});
  };
  if (!record.is_per_tensor()) return node.output(0, dequantized(node.input(0)));
  node.output_built({0}, [&](const std::vector<ValueId>& x) { return dequantized(x[0]); });
}

ValueId whole(NodeImport& node, std::string_view op, ValueId x) {
  ReduceAttrs attrs;
  for (int axis = 0; axis < node.type(x).shape.rank(); ++axis) attrs.axes.push_back(axis);
  return node.emit(op, {x}, Attributes::of(attrs));
}

ValueId clamped(NodeImport& node, ValueId x, double low, double high) {
  return node.emit(
      "minimum", {node.emit("maximum", {x, node.scalar_like(x, low)}), node.scalar_like(x, high)});
}

// Source: ONNX DynamicQuantizeLinear-11, with the range widened to contain 0.
void import_dynamic_quantize(NodeImport& node) {
  constexpr double kLevels = 255.0;
  const ValueId x = node.input(0);
  if (!node.type(x).shape.is_static())
    node.refuse("a range over a dynamic batch; fix it with --shape");
  const ValueId least = whole(node, "reduce_min", x);
  const ValueId most = whole(node, "reduce_max", x);
  const ValueId low = node.emit("minimum", {least, node.scalar_like(least, 0.0)});
  const ValueId high = node.emit("maximum", {most, node.scalar_like(most, 0.0)});
  const ValueId range = node.emit("sub", {high, low});
  const ValueId scale = node.emit("div", {range, node.scalar_like(range, kLevels)});
  const ValueId zero = node.emit("neg", {node.emit("div", {low, scale})});
  const ValueId zero_point = node.emit("round", {clamped(node, zero, 0.0, kLevels)});
  const ValueId steps = node.emit("round", {node.emit("div", {x, scale})});
  const ValueId y = clamped(node, node.emit("add", {steps, zero_point}), 0.0, kLevels);
  const Attributes u8 = Attributes::of(TypeAttrs{DataType::kU8});
  node.output(0, node.emit("cast", {y}, u8));
  node.output(1, scale);
  node.output(2, node.emit("cast", {zero_point}, u8));
}

// The records stand on the values: handing them on as real numbers is all there is to do.
void export_real(NodeExport& node) {
  const Layout layout = node.common_layout({0});
  node.output(0, node.input(0, layout), layout);
}

}  // namespace

void ops_quantization(OnnxSink& sink) {
  sink.add_import({.op_type = "QuantizeLinear", .handler = import_quantize});
  sink.add_import({.op_type = "DequantizeLinear", .handler = import_dequantize});
  sink.add_import({.op_type = "DynamicQuantizeLinear", .handler = import_dynamic_quantize});
  sink.add_export({.op = "quantize", .handler = export_real});
  sink.add_export({.op = "dequantize", .handler = export_real});
}

}  // namespace mote::onnx
