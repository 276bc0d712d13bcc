// Reductions over axes, and the position of the largest or smallest.
#include <algorithm>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/math_attrs.h"

namespace mote::onnx {
namespace {

constexpr int64_t kSpatial[] = {2, 3};

// Sorted and non-negative; all when none are named. Nothing: the node reduces nothing at all.
std::optional<std::vector<int64_t>> reduced_axes(const NodeImport& node) {
  const auto given = node.ints_from(1, "axes");
  const int rank = node.rank(0);
  std::vector<int64_t> axes;
  if (!given || given->empty()) {
    if (node.integer("noop_with_empty_axes", 0) != 0) return std::nullopt;
    for (int axis = 0; axis < rank; ++axis) axes.push_back(axis);
    return axes;
  }
  for (const int64_t axis : *given) axes.push_back(normalize_axis(axis, rank, "axes"));
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

void import_reduce(NodeImport& node) {
  const auto axes = reduced_axes(node);
  if (!axes) return node.output_same(0, 0);
  ReduceAttrs attrs{*axes, node.integer("keepdims", 1) != 0};
  // Without the reduced axes the rest must be in the file's order, which both layouts share when
  // the channel axis goes or all spatial ones do.
  const bool spatial_gone =
      std::includes(axes->begin(), axes->end(), std::begin(kSpatial), std::end(kSpatial));
  const bool channels_gone = std::binary_search(axes->begin(), axes->end(), 1);
  if (node.rank(0) == 4 && node.prefers_nhwc(0) &&
      (attrs.keep_dims || spatial_gone || channels_gone)) {
    for (int64_t& axis : attrs.axes) axis = nhwc_axis(axis);
    std::sort(attrs.axes.begin(), attrs.axes.end());
    const ValueId y = node.emit(node.row().op, {node.input_nhwc(0)}, Attributes::of(attrs));
    return attrs.keep_dims ? node.output_nhwc(0, y) : node.output(0, y);
  }
  node.output(0, node.emit(node.row().op, {node.input(0)}, Attributes::of(attrs)));
}

// ReduceSumSquare and the like make something of each element even when no axis is reduced.
void import_reduce_of_function(NodeImport& node) {
  if (!reduced_axes(node)) node.refuse("noop_with_empty_axes without axes is not supported");
  import_reduce(node);
}

void import_arg(NodeImport& node) {
  ArgAttrs attrs;
  attrs.axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  attrs.keep_dims = node.integer("keepdims", 1) != 0;
  attrs.last = node.integer("select_last_index", 0) != 0;
  attrs.dtype = DataType::kI64;
  node.output(0, node.emit(node.row().op, {node.input(0)}, Attributes::of(attrs)));
}

// Axes became an input with ReduceSum-13 and with the others in opset 18.
void export_reduce(NodeExport& node) {
  const auto& attrs = node.attrs<ReduceAttrs>();
  std::vector<int64_t> axes = attrs.axes;
  const Layout layout = attrs.keep_dims ? node.common_layout({0}) : Layout::kPlain;
  if (layout == Layout::kNchw) {
    for (int64_t& axis : axes) axis = nchw_axis(axis);
  }
  OnnxAttributes attributes{{"keepdims", int64_t{attrs.keep_dims}}};
  std::vector<std::string> inputs{node.input(0, layout)};
  if (node.opset() >= 18 || node.row().op_type == "ReduceSum") {
    inputs.push_back(node.ints(axes, "axes"));
  } else {
    attributes.push_back({"axes", axes});
  }
  node.output(0, node.emit(node.row().op_type, inputs, attributes), layout);
}

void export_mean(NodeExport& node) {
  const auto& attrs = node.attrs<ReduceAttrs>();
  const bool spatial =
      node.input_type(0).shape.rank() == 4 && attrs.axes == std::vector<int64_t>{1, 2};
  if (!spatial) return export_reduce(node);
  const std::string pooled = node.emit("GlobalAveragePool", {node.input(0, Layout::kNchw)});
  if (attrs.keep_dims) return node.output(0, pooled, Layout::kNchw);
  node.output(0, pooled);
  const std::string stored = node.held_output(0);
  node.output(0, node.reshape(stored, node.output_type(0).shape), Layout::kPlain, Form::kStored);
}

// ReduceMax and ReduceMin take no bools.
void export_reduce_bool(NodeExport& node) {
  const auto& attrs = node.attrs<ReduceAttrs>();
  const std::string numbers = node.input_as(0, DataType::kI32);
  const std::string y = node.emit(node.row().op_type, {numbers, node.ints(attrs.axes, "axes")},
                                  {{"keepdims", int64_t{attrs.keep_dims}}});
  node.output(0, node.cast(y, DataType::kBool));
}

void export_arg(NodeExport& node) {
  const auto& attrs = node.attrs<ArgAttrs>();
  std::string y = node.emit(node.row().op_type, {node.input(0)},
                            {{"axis", attrs.axis},
                             {"keepdims", int64_t{attrs.keep_dims}},
                             {"select_last_index", int64_t{attrs.last}}});
  if (attrs.dtype != DataType::kI64) {
    y = node.emit("Cast", {y}, {{"to", int64_t{onnx_code(attrs.dtype)}}});
  }
  node.output(0, y);
}

}  // namespace

void ops_reduce(OnnxSink& sink) {
  const auto add = [&](std::string_view op_type, std::string_view op, ImportHandler handler) {
    const bool arg = handler == import_arg;
    const bool mean = op == "mean";
    sink.add_import({.op_type = op_type, .handler = handler, .op = op});
    sink.add_export({.op = op,
                     .handler = arg    ? export_arg
                                : mean ? export_mean
                                       : export_reduce,
                     .op_type = op_type});
  };
  constexpr int64_t kAxesAsInput = 18;
  sink.add_export({.op = "reduce_any",
                   .handler = export_reduce_bool,
                   .op_type = "ReduceMax",
                   .since = kAxesAsInput});
  sink.add_export({.op = "reduce_all",
                   .handler = export_reduce_bool,
                   .op_type = "ReduceMin",
                   .since = kAxesAsInput});
  add("ReduceMean", "mean", import_reduce);
  add("ReduceSum", "sum", import_reduce);
  add("ReduceMax", "reduce_max", import_reduce);
  add("ReduceMin", "reduce_min", import_reduce);
  add("ReduceProd", "reduce_prod", import_reduce);
  add("ReduceSumSquare", "reduce_sum_square", import_reduce_of_function);
  add("ReduceL2", "reduce_l2", import_reduce_of_function);
  add("ReduceL1", "reduce_l1", import_reduce_of_function);
  add("ReduceLogSum", "reduce_log_sum", import_reduce_of_function);
  add("ReduceLogSumExp", "reduce_log_sum_exp", import_reduce);
  add("ArgMax", "arg_max", import_arg);
  add("ArgMin", "arg_min", import_arg);
}

}  // namespace mote::onnx
