// Einsum, and integer matrix products.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/einsum.h"
#include "mote/ops/math_attrs.h"

namespace mote::onnx {
namespace {

void import_einsum(NodeImport& node) {
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  const EinsumAttrs attrs{node.text("equation", "")};
  node.output(0, node.emit("einsum", std::move(inputs), Attributes::of(attrs)));
}

// Input `i` as i32, less its zero point: one number, or one per row or column.
ValueId centred(NodeImport& node, size_t i, size_t zero_point) {
  const Attributes i32 = Attributes::of(TypeAttrs{DataType::kI32});
  const ValueId x = node.emit("cast", {node.input(i)}, i32);
  if (!node.has_input(zero_point)) return x;
  ValueId zero = node.emit("cast", {node.input(zero_point)}, i32);
  // Of a, a vector goes with the rows.
  const Shape shape = node.type(zero).shape;
  if (i == 0 && shape.rank() == 1 && shape[0] != 1) zero = node.reshape(zero, {shape[0], 1});
  return node.emit("sub", {x, zero});
}

void import_matmul_integer(NodeImport& node) {
  if (node.rank(0) < 2 || node.rank(1) < 2) {
    node.refuse("operands {} and {}; both must be matrices", to_string(node.shape(0)),
                to_string(node.shape(1)));
  }
  const EinsumAttrs attrs{"...mk,...kn->...mn"};
  node.output(
      0, node.emit("einsum", {centred(node, 0, 2), centred(node, 1, 3)}, Attributes::of(attrs)));
}

void export_einsum(NodeExport& node) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.node().inputs.size(); ++i) inputs.push_back(node.input(i));
  node.output(0, node.emit("Einsum", inputs, {{"equation", node.attrs<EinsumAttrs>().equation}}));
}

}  // namespace

void ops_algebra(OnnxSink& sink) {
  sink.add_export({.op = "einsum", .handler = export_einsum});
  sink.add_import({.op_type = "Einsum", .handler = import_einsum});
  sink.add_import({.op_type = "MatMulInteger", .handler = import_matmul_integer});
}

}  // namespace mote::onnx
