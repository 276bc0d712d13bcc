// Normalizations and softmax.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

void import_batch_norm(NodeImport& node) {
  for (size_t i = 1; i < 5; ++i) {
    if (node.has_output(i)) node.refuse("training outputs are not supported; export for inference");
  }
  if (node.integer("training_mode", 0) != 0) node.refuse("training_mode = 1; export for inference");
  if (node.opset() < 9 && node.integer("spatial", 1) == 0)
    node.refuse("spatial = 0 is not supported");
  const int rank = node.rank(0);
  if (rank < 2) node.refuse("the input has shape {}", to_string(node.shape(0)));
  BatchNormAttrs attrs;
  attrs.epsilon = node.real("epsilon", 1e-5f);  // BatchNormalization-15
  const bool nhwc = rank == 4;
  attrs.axis = nhwc ? 3 : 1;
  std::vector<ValueId> inputs{nhwc ? node.input_nhwc(0) : node.input(0)};
  for (size_t i = 1; i < 5; ++i) inputs.push_back(node.input(i));
  const ValueId y = node.emit("batch_norm", inputs, Attributes::of(attrs));
  nhwc ? node.output_nhwc(0, y) : node.output(0, y);
}

// Up to opset 12 all axes from `axis` on are normalized together, as one flattened axis.
void softmax_of_rest(NodeImport& node, int axis) {
  const Shape shape = node.shape(0);
  ValueId x = node.input(0);
  const bool last = axis == shape.rank() - 1;
  if (!last) {
    std::vector<int64_t> dims(shape.begin(), shape.begin() + axis);
    dims.push_back(Shape(std::vector<int64_t>(shape.begin() + axis, shape.end())).elements());
    x = node.reshape(x, dims);
  }
  SoftmaxAttrs attrs;
  attrs.axis = axis;
  x = node.emit(node.row().op, {x}, Attributes::of(attrs));
  node.output(0, last ? x : node.reshape(x, shape.dims()));
}

void import_softmax(NodeImport& node) {
  const bool old = node.opset() < 13;
  const int axis = normalize_axis(node.integer("axis", old ? 1 : -1), node.rank(0), "axis");
  if (old) return softmax_of_rest(node, axis);
  SoftmaxAttrs attrs;
  if (node.prefers_nhwc(0)) {
    attrs.axis = nhwc_axis(axis);
    return node.output_nhwc(0,
                            node.emit(node.row().op, {node.input_nhwc(0)}, Attributes::of(attrs)));
  }
  attrs.axis = axis;
  node.output(0, node.emit(node.row().op, {node.input(0)}, Attributes::of(attrs)));
}

void export_batch_norm(NodeExport& node) {
  const auto& attrs = node.attrs<BatchNormAttrs>();
  const int rank = node.input_type(0).shape.rank();
  const int axis = normalize_axis(attrs.axis, rank, "axis");
  const bool nchw = rank == 4 && axis == 3;
  if (!nchw && axis != 1) node.refuse("normalization along axis {} of {}", axis, rank);
  const Layout layout = nchw ? Layout::kNchw : Layout::kPlain;
  node.output(
      0,
      node.emit("BatchNormalization",
                {node.input(0, layout), node.input(1), node.input(2), node.input(3), node.input(4)},
                {{"epsilon", attrs.epsilon}}),
      layout);
}

void export_softmax(NodeExport& node) {
  const auto& attrs = node.attrs<SoftmaxAttrs>();
  int64_t axis = normalize_axis(attrs.axis, node.input_type(0).shape.rank(), "axis");
  const Layout layout = node.common_layout({0});
  if (layout == Layout::kNchw) axis = nchw_axis(axis);
  std::string x = node.input(0, layout);
  if (attrs.beta != 1.0f) {
    x = node.emit("Mul", {x, node.initializer(Tensor::scalar<float>(attrs.beta), "beta")});
  }
  node.output(0, node.emit(node.row().op_type, {x}, {{"axis", axis}}), layout);
}

}  // namespace

void ops_normalization(OnnxSink& sink) {
  sink.add_import({.op_type = "BatchNormalization", .handler = import_batch_norm});
  sink.add_import({.op_type = "Softmax", .handler = import_softmax, .op = "softmax"});
  sink.add_import({.op_type = "LogSoftmax", .handler = import_softmax, .op = "log_softmax"});
  sink.add_export({.op = "batch_norm", .handler = export_batch_norm});
  sink.add_export({.op = "softmax", .handler = export_softmax, .op_type = "Softmax"});
  sink.add_export({.op = "log_softmax", .handler = export_softmax, .op_type = "LogSoftmax"});
}

}  // namespace mote::onnx
