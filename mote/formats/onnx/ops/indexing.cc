// Operators that look up, scatter, sort or mask by position.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

int64_t scalar_of(const NodeImport& node, size_t i, std::string_view what) {
  const std::vector<int64_t> values = node.required_ints(i, what);
  if (values.size() != 1) node.fail("{} has {} entries, expected one", what, values.size());
  return values[0];
}

void import_gather_elements(NodeImport& node) {
  const AxisAttrs attrs{normalize_axis(node.integer("axis", 0), node.rank(0), "axis")};
  node.output(0,
              node.emit("gather_elements", {node.input(0), node.input(1)}, Attributes::of(attrs)));
}

void import_gather_nd(NodeImport& node) {
  const GatherNdAttrs attrs{node.integer("batch_dims", 0)};
  node.output(0, node.emit("gather_nd", {node.input(0), node.input(1)}, Attributes::of(attrs)));
}

ScatterReduction reduction_of(const NodeImport& node) {
  const std::string reduction = node.text("reduction", "none");
  for (const ScatterReduction candidate : enum_values(ScatterReduction{})) {
    if (name(candidate) == reduction) return candidate;
  }
  node.fail("reduction is '{}', expected none, add, mul, max or min", reduction);
}

void import_scatter(NodeImport& node) {
  ScatterAttrs attrs{0, reduction_of(node)};
  if (node.row().op == "scatter_elements") {
    attrs.axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  }
  node.output(0, node.emit(node.row().op, {node.input(0), node.input(1), node.input(2)},
                           Attributes::of(attrs)));
}

void import_one_hot(NodeImport& node) {
  const int rank = node.rank(0) + 1;
  OneHotAttrs attrs;
  attrs.axis = normalize_axis(node.integer("axis", -1), rank, "axis");
  const std::vector<double> depth = elements_as<double>(node.required_constant(1, "depth"));
  if (depth.size() != 1 || !(depth[0] >= 0 && depth[0] < 1e9)) node.fail("the depth is no count");
  attrs.depth = static_cast<int64_t>(depth[0]);
  node.output(0, node.emit("one_hot", {node.input(0), node.input(2)}, Attributes::of(attrs)));
}

void import_top_k(NodeImport& node) {
  TopKAttrs attrs;
  attrs.k = node.opset() < 10 ? node.integer("k", -1) : scalar_of(node, 1, "k");
  attrs.axis = normalize_axis(node.integer("axis", -1), node.rank(0), "axis");
  attrs.largest = node.integer("largest", 1) != 0;
  const auto results = node.emit_all("top_k", {node.input(0)}, Attributes::of(attrs));
  for (size_t i = 0; i < results.size(); ++i) {
    if (node.has_output(i)) node.output(i, results[i]);
  }
}

void import_cumsum(NodeImport& node) {
  CumsumAttrs attrs;
  attrs.axis = normalize_axis(scalar_of(node, 1, "axis"), node.rank(0), "axis");
  attrs.exclusive = node.integer("exclusive", 0) != 0;
  attrs.reverse = node.integer("reverse", 0) != 0;
  node.output(0, node.emit("cumsum", {node.input(0)}, Attributes::of(attrs)));
}

void import_trilu(NodeImport& node) {
  TriluAttrs attrs;
  attrs.upper = node.integer("upper", 1) != 0;
  if (node.has_input(1)) attrs.diagonal = scalar_of(node, 1, "k");
  node.output(0, node.emit("trilu", {node.input(0)}, Attributes::of(attrs)));
}

void import_reverse_sequence(NodeImport& node) {
  const ReverseSequenceAttrs attrs{
      normalize_axis(node.integer("time_axis", 0), node.rank(0), "time_axis"),
      normalize_axis(node.integer("batch_axis", 1), node.rank(0), "batch_axis")};
  node.output(0,
              node.emit("reverse_sequence", {node.input(0), node.input(1)}, Attributes::of(attrs)));
}

// Up to opset 12 the axes from `axis` on count as one.
void import_hardmax(NodeImport& node) {
  const bool old = node.opset() < 13;
  const int rank = node.rank(0);
  const int axis = normalize_axis(node.integer("axis", old ? 1 : -1), rank, "axis");
  ValueId x = node.input(0);
  if (!old || axis == rank - 1) {
    return node.output(0, node.emit("hardmax", {x}, Attributes::of(AxisAttrs{axis})));
  }
  const std::vector<int64_t> dims = node.shape(0).dims();
  std::vector<int64_t> flat(dims.begin(), dims.begin() + axis);
  flat.push_back(Shape(std::vector<int64_t>(dims.begin() + axis, dims.end())).elements());
  x = node.emit("hardmax", {node.reshape(x, flat)}, Attributes::of(AxisAttrs{axis}));
  node.output(0, node.reshape(x, dims));
}

void export_gather_elements(NodeExport& node) {
  node.output(0, node.emit("GatherElements", {node.input(0), node.input(1)},
                           {{"axis", node.attrs<AxisAttrs>().axis}}));
}

void export_gather_nd(NodeExport& node) {
  node.output(0, node.emit("GatherND", {node.input(0), node.input_as(1, DataType::kI64)},
                           {{"batch_dims", node.attrs<GatherNdAttrs>().batch_dims}}));
}

// "max" and "min" came with opset 18.
void export_scatter(NodeExport& node) {
  const auto& attrs = node.attrs<ScatterAttrs>();
  OnnxAttributes attributes{{"reduction", std::string(name(attrs.reduction))}};
  if (node.row().op_type == "ScatterElements") attributes.push_back({"axis", attrs.axis});
  node.output(
      0, node.emit(node.row().op_type,
                   {node.input(0), node.input_as(1, DataType::kI64), node.input(2)}, attributes));
}

void export_one_hot(NodeExport& node) {
  const auto& attrs = node.attrs<OneHotAttrs>();
  const std::string depth = node.initializer(Tensor::scalar<int64_t>(attrs.depth), "depth");
  node.output(0, node.emit("OneHot", {node.input_as(0, DataType::kI64), depth, node.input(1)},
                           {{"axis", attrs.axis}}));
}

void export_top_k(NodeExport& node) {
  const auto& attrs = node.attrs<TopKAttrs>();
  const auto results =
      node.emit_all("TopK", {node.input(0), node.ints({attrs.k}, "k")},
                    {{"axis", attrs.axis}, {"largest", int64_t{attrs.largest}}}, 2);
  node.output(0, results[0]);
  node.output(1, attrs.dtype == DataType::kI64 ? results[1] : node.cast(results[1], attrs.dtype));
}

void export_cumsum(NodeExport& node) {
  const auto& attrs = node.attrs<CumsumAttrs>();
  const std::string axis = node.initializer(Tensor::scalar<int64_t>(attrs.axis), "axis");
  node.output(
      0, node.emit("CumSum", {node.input(0), axis},
                   {{"exclusive", int64_t{attrs.exclusive}}, {"reverse", int64_t{attrs.reverse}}}));
}

void export_trilu(NodeExport& node) {
  const auto& attrs = node.attrs<TriluAttrs>();
  const std::string k = node.initializer(Tensor::scalar<int64_t>(attrs.diagonal), "k");
  node.output(0, node.emit("Trilu", {node.input(0), k}, {{"upper", int64_t{attrs.upper}}}));
}

void export_reverse_sequence(NodeExport& node) {
  const auto& attrs = node.attrs<ReverseSequenceAttrs>();
  node.output(0, node.emit("ReverseSequence", {node.input(0), node.input_as(1, DataType::kI64)},
                           {{"time_axis", attrs.time_axis}, {"batch_axis", attrs.batch_axis}}));
}

void export_hardmax(NodeExport& node) {
  node.output(0, node.emit("Hardmax", {node.input(0)}, {{"axis", node.attrs<AxisAttrs>().axis}}));
}

}  // namespace

void ops_indexing(OnnxSink& sink) {
  sink.add_export({.op = "gather_elements", .handler = export_gather_elements});
  sink.add_export({.op = "gather_nd", .handler = export_gather_nd});
  const auto scatter = [&](std::string_view op, std::string_view op_type) {
    sink.add_export({.op = op, .handler = export_scatter, .op_type = op_type, .since = 18});
  };
  scatter("scatter_elements", "ScatterElements");
  scatter("scatter_nd", "ScatterND");
  sink.add_export({.op = "one_hot", .handler = export_one_hot});
  sink.add_export({.op = "top_k", .handler = export_top_k});
  sink.add_export({.op = "cumsum", .handler = export_cumsum});
  sink.add_export({.op = "trilu", .handler = export_trilu});
  sink.add_export({.op = "reverse_sequence", .handler = export_reverse_sequence});
  sink.add_export({.op = "hardmax", .handler = export_hardmax});
  sink.add_import({.op_type = "GatherElements", .handler = import_gather_elements});
  sink.add_import({.op_type = "GatherND", .handler = import_gather_nd});
  sink.add_import({.op_type = "Scatter", .handler = import_scatter, .op = "scatter_elements"});
  sink.add_import(
      {.op_type = "ScatterElements", .handler = import_scatter, .op = "scatter_elements"});
  sink.add_import({.op_type = "ScatterND", .handler = import_scatter, .op = "scatter_nd"});
  sink.add_import({.op_type = "OneHot", .handler = import_one_hot});
  sink.add_import({.op_type = "TopK", .handler = import_top_k});
  sink.add_import({.op_type = "CumSum", .handler = import_cumsum});
  sink.add_import({.op_type = "Trilu", .handler = import_trilu});
  sink.add_import({.op_type = "ReverseSequence", .handler = import_reverse_sequence});
  sink.add_import({.op_type = "Hardmax", .handler = import_hardmax});
}

}  // namespace mote::onnx
