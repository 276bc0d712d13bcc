// Gemm, MatMul.
#include <numeric>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

ValueId scaled(NodeImport& node, ValueId value, float factor) {
  return factor == 1.0f ? value : node.emit("mul", {value, node.scalar_like(value, factor)});
}

// A bias [oc] when C is constant and adds the same to every row; an invalid id otherwise.
ValueId row_bias(NodeImport& node, int64_t oc) {
  const Shape shape = node.shape(2);
  const bool fits = shape == Shape{oc} || shape == Shape{1, oc};
  if (!fits || !node.is_weight(2)) return {};
  return scaled(node, node.reshape(node.input(2), {oc}), node.real("beta", 1.0f));
}

// y = alpha * A' * B' + beta * C
void import_gemm(NodeImport& node) {
  if (node.rank(0) != 2 || node.rank(1) != 2) {
    node.fail("operands {} and {}, expected matrices", to_string(node.shape(0)),
              to_string(node.shape(1)));
  }
  ValueId a = node.input(0);
  if (node.integer("transA", 0) != 0) a = node.transpose(a, {1, 0});
  ValueId b = node.input(1);
  if (node.integer("transB", 0) == 0) b = node.transpose(b, {1, 0});
  std::vector<ValueId> inputs{a, scaled(node, b, node.real("alpha", 1.0f))};
  const float beta = node.real("beta", 1.0f);
  const bool has_c = node.has_input(2) && beta != 0.0f;
  ValueId bias;
  if (has_c) bias = row_bias(node, node.type(b).shape[0]);
  if (bias.valid()) inputs.push_back(bias);
  ValueId y = node.emit("fully_connected", inputs, Attributes::of(FullyConnectedAttrs{}));
  if (has_c && !bias.valid()) y = node.emit("add", {y, scaled(node, node.input(2), beta)});
  node.output(0, y);
}

void import_matmul(NodeImport& node) {
  if (node.rank(0) >= 2 && node.rank(1) == 2 && node.is_weight(1)) {
    const ValueId weights = node.transpose(node.input(1), {1, 0});
    FullyConnectedAttrs attrs;
    attrs.keep_dims = true;
    return node.output(
        0, node.emit("fully_connected", {node.input(0), weights}, Attributes::of(attrs)));
  }
  // A vector is a matrix with one row (left) or one column (right), which the result loses again.
  const bool row = node.rank(0) == 1;
  const bool column = node.rank(1) == 1;
  ValueId a = node.input(0);
  ValueId b = node.input(1);
  if (row) a = node.reshape(a, {1, node.shape(0)[0]});
  if (column) b = node.reshape(b, {node.shape(1)[0], 1});
  ValueId y = node.emit("batch_matmul", {a, b}, Attributes::of(BatchMatmulAttrs{}));
  if (row || column) {
    std::vector<int64_t> dims = node.type(y).shape.dims();
    if (column) dims.pop_back();
    if (row) dims.erase(dims.end() - (column ? 1 : 2));
    y = node.reshape(y, dims);
  }
  node.output(0, y);
}

// Gemm takes matrices only; more axes are flattened into rows around it.
void export_fully_connected(NodeExport& node) {
  const auto& attrs = node.attrs<FullyConnectedAttrs>();
  const Shape& x = node.input_type(0).shape;
  const Shape& weights = node.input_type(1).shape;
  const Shape& y = node.output_type(0).shape;
  std::string rows = node.input(0);
  if (x.rank() != 2) rows = node.reshape(rows, {-1, weights[1]});
  const std::string result =
      node.emit("Gemm", {rows, node.input(1), node.input(2)}, {{"transB", int64_t{1}}});
  if (y.rank() == 2) return node.output_activated(result, attrs.activation);
  // The integers are reshaped, not the numbers in front of them, so that the pattern stays whole.
  node.output_activated(result, attrs.activation);
  node.output(0, node.reshape(node.held_output(0), y), Layout::kPlain, Form::kStored);
}

void export_batch_matmul(NodeExport& node) {
  const auto& attrs = node.attrs<BatchMatmulAttrs>();
  const auto operand = [&](size_t i, bool transposed) {
    const std::string name = node.input(i);
    if (!transposed) return name;
    const int rank = node.input_type(i).shape.rank();
    std::vector<int64_t> permutation(static_cast<size_t>(rank));
    std::iota(permutation.begin(), permutation.end(), 0);
    std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
    return node.transpose(name, permutation);
  };
  node.output(0,
              node.emit("MatMul", {operand(0, attrs.transpose_a), operand(1, attrs.transpose_b)}));
}

}  // namespace

void ops_linear(OnnxSink& sink) {
  sink.add_import({.op_type = "Gemm", .handler = import_gemm});
  sink.add_import({.op_type = "MatMul", .handler = import_matmul});
  sink.add_export({.op = "fully_connected", .handler = export_fully_connected});
  sink.add_export({.op = "batch_matmul", .handler = export_batch_matmul});
}

}  // namespace mote::onnx
