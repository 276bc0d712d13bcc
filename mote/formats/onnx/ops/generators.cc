// Operators whose result is a constant once shapes are known: Range, EyeLike, windows; and those
// whose result has a shape that depends on the content, which is why it must be constant.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// More elements than that are refused: they come from a number in the file.
constexpr double kMostElements = 1 << 26;

DataType dtype_of(const NodeImport& node, std::string_view attribute, DataType otherwise) {
  if (!node.has_attribute(attribute)) return otherwise;
  const int64_t code = node.integer(attribute, 0);
  const std::optional<DataType> type = data_type_from_onnx(code);
  if (!type) node.refuse("{} is {} ({})", attribute, onnx_type_name(code), code);
  return *type;
}

// `values` as a constant of that type.
ValueId constant_of(NodeImport& node, Shape shape, const std::vector<double>& values,
                    DataType type) {
  const ValueId exact = node.add_constant(Tensor::of(std::move(shape), values));
  if (type == DataType::kF64) return exact;
  return node.emit("cast", {exact}, Attributes::of(TypeAttrs{type}));
}

void import_range(NodeImport& node) {
  double bounds[3];
  for (size_t i = 0; i < 3; ++i) {
    const Tensor& tensor = node.required_constant(i, "start, limit or delta");
    if (tensor.elements() != 1) node.fail("input {} has shape {}", i, to_string(tensor.shape()));
    bounds[i] = elements_as<double>(tensor)[0];
  }
  const auto [start, limit, delta] = bounds;
  const double count = std::max(0.0, std::ceil((limit - start) / delta));
  if (!(count <= kMostElements)) node.fail("from {} to {} by {}", start, limit, delta);
  std::vector<double> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = start + static_cast<double>(i) * delta;
  node.output(0, constant_of(node, {static_cast<int64_t>(count)}, values, node.dtype(0)));
}

void import_eye_like(NodeImport& node) {
  const Shape shape = node.shape(0);
  if (shape.rank() != 2 || !shape.is_static()) {
    node.refuse("an identity like {}; a static matrix is needed", to_string(shape));
  }
  const int64_t diagonal = node.integer("k", 0);
  std::vector<double> values(static_cast<size_t>(shape.elements()), 0.0);
  for (int64_t row = 0; row < shape[0]; ++row) {
    for (int64_t column = 0; column < shape[1]; ++column) {
      if (column - row == diagonal) values[static_cast<size_t>(row * shape[1] + column)] = 1.0;
    }
  }
  node.output(0, constant_of(node, shape, values, dtype_of(node, "dtype", node.dtype(0))));
}

// w_i = a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n); n is the size, less one when symmetric.
void output_window(NodeImport& node, double a0, double a1, double a2) {
  const std::vector<int64_t> size = node.required_ints(0, "size");
  if (size.size() != 1 || size[0] < 0 || static_cast<double>(size[0]) > kMostElements) {
    node.fail("the size is no count");
  }
  const bool periodic = node.integer("periodic", 1) != 0;
  const auto n = static_cast<double>(size[0] - (periodic ? 0 : 1));
  std::vector<double> values(static_cast<size_t>(size[0]));
  for (size_t i = 0; i < values.size(); ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / n;
    values[i] = a0 - a1 * std::cos(angle) + a2 * std::cos(2.0 * angle);
  }
  const DataType type = dtype_of(node, "output_datatype", DataType::kF32);
  node.output(0, constant_of(node, {size[0]}, values, type));
}

// Coefficients: ONNX HannWindow-17, HammingWindow-17 (25/46, 21/46), BlackmanWindow-17.
void import_hann(NodeImport& node) { output_window(node, 0.5, 0.5, 0.0); }
void import_hamming(NodeImport& node) { output_window(node, 25.0 / 46.0, 21.0 / 46.0, 0.0); }
void import_blackman(NodeImport& node) { output_window(node, 0.42, 0.5, 0.08); }

void import_non_zero(NodeImport& node) {
  const Tensor& x = node.required_constant(0, "input, which determines the shape of the result,");
  const std::vector<double> values = elements_as<double>(x);
  const std::vector<int64_t> strides = row_major_strides(x.shape());
  std::vector<int64_t> found;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0.0) found.push_back(static_cast<int64_t>(i));
  }
  const auto count = static_cast<int64_t>(found.size());
  std::vector<int64_t> positions;
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    for (const int64_t i : found) {
      positions.push_back(i / strides[static_cast<size_t>(axis)] % x.shape()[axis]);
    }
  }
  node.output(0, node.add_constant(Tensor::of(Shape{x.shape().rank(), count}, positions)));
}

void import_compress(NodeImport& node) {
  const std::vector<int64_t> kept =
      elements_as<int64_t>(node.required_constant(1, "condition, which determines the shape,"));
  std::vector<int64_t> indices;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] != 0) indices.push_back(static_cast<int64_t>(i));
  }
  ValueId x = node.input(0);
  GatherAttrs attrs;
  if (node.has_attribute("axis")) {
    attrs.axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  } else {
    x = node.reshape(x, {-1});
  }
  const Shape shape{static_cast<int64_t>(indices.size())};
  const ValueId at = node.add_constant(Tensor::of(shape, indices));
  node.output(0, node.emit("gather", {x, at}, Attributes::of(attrs)));
}

}  // namespace

void ops_generators(OnnxSink& sink) {
  sink.add_import({.op_type = "Range", .handler = import_range});
  sink.add_import({.op_type = "EyeLike", .handler = import_eye_like});
  sink.add_import({.op_type = "HannWindow", .handler = import_hann});
  sink.add_import({.op_type = "HammingWindow", .handler = import_hamming});
  sink.add_import({.op_type = "BlackmanWindow", .handler = import_blackman});
  sink.add_import({.op_type = "NonZero", .handler = import_non_zero});
  sink.add_import({.op_type = "Compress", .handler = import_compress});
}

}  // namespace mote::onnx
