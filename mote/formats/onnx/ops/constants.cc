// Constant, ConstantOfShape.
#include "mote/formats/onnx/import.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

Tensor constant_tensor(const NodeImport& node) {
  if (const auto tensor = node.tensor("value")) return *tensor;
  if (node.has_attribute("value_float")) return Tensor::scalar<float>(node.real("value_float", 0));
  if (node.has_attribute("value_int")) return Tensor::scalar<int64_t>(node.integer("value_int", 0));
  if (node.has_attribute("value_floats")) {
    const std::vector<float> values = node.reals("value_floats");
    return Tensor::of(Shape{static_cast<int64_t>(values.size())}, values);
  }
  if (node.has_attribute("value_ints")) {
    const std::vector<int64_t> values = node.integers("value_ints");
    return Tensor::of(Shape{static_cast<int64_t>(values.size())}, values);
  }
  node.refuse("only tensors, floats and integers are supported as value");
}

void import_constant(NodeImport& node) { node.output(0, node.add_constant(constant_tensor(node))); }

void import_constant_of_shape(NodeImport& node) {
  std::vector<int64_t> dims;
  for (const auto& entry : node.known_entries(0, "shape")) {
    if (!entry) node.refuse("the shape depends on the batch size; fix the batch with --shape");
    if (*entry < 0) node.fail("the shape has the extent {}", *entry);
    dims.push_back(*entry);
  }
  const Tensor value = node.tensor("value").value_or(Tensor::scalar<float>(0.0f));
  if (value.elements() != 1) node.fail("value has shape {}", to_string(value.shape()));
  const ValueId scalar = node.add_constant(value.reshaped(Shape{}));
  node.output(0, node.emit("broadcast_to", {scalar}, Attributes::of(ShapeAttrs{dims})));
}

}  // namespace

void ops_constants(OnnxSink& sink) {
  sink.add_import({.op_type = "Constant", .handler = import_constant});
  sink.add_import({.op_type = "ConstantOfShape", .handler = import_constant_of_shape});
}

}  // namespace mote::onnx
