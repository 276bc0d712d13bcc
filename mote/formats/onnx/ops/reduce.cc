// Reductions over axes, and the position of the largest or smallest.
#include <algorithm>

#include "mote/formats/onnx/import.h"
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

}  // namespace

void ops_reduce(OnnxSink& sink) {
  const auto add = [&](std::string_view op_type, std::string_view op, ImportHandler handler) {
    sink.add_import({.op_type = op_type, .handler = handler, .op = op});
  };
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
