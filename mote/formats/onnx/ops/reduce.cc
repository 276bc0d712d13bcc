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

// Calls build(x, attrs) in the layout that avoids a transpose.
template <class Build>
void output_reduced(NodeImport& node, Build build) {
  const auto axes = reduced_axes(node);
  ReduceAttrs attrs{axes.value_or(std::vector<int64_t>{}), node.integer("keepdims", 1) != 0};
  // Without the reduced axes the rest must be in the file's order, which both layouts share when
  // the channel axis goes or all spatial ones do.
  if (node.rank(0) == 4 && node.prefers_nhwc(0) && axes) {
    std::vector<int64_t> mapped;
    for (const int64_t axis : *axes) mapped.push_back(nhwc_axis(axis));
    std::sort(mapped.begin(), mapped.end());
    const bool spatial_gone = std::includes(axes->begin(), axes->end(), std::begin(kSpatial), std::end(kSpatial));
    const bool channels_gone = std::binary_search(axes->begin(), axes->end(), 1);
    const bool keep = attrs.keep_dims;
    if (keep || spatial_gone || channels_gone) {
      attrs.axes = mapped;
      const ValueId y = build(node.input_nhwc(0), attrs);
      return keep ? node.output_nhwc(0, y) : node.output(0, y);
    }
  }
  const ValueId x = node.input(0);
  node.output(0, build(x, attrs));
}

void import_reduce(NodeImport& node) {
  if (!reduced_axes(node)) return node.output_same(0, 0);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    return node.emit(node.row().op, {x}, Attributes::of(attrs));
  });
}

ValueId reduced_sum(NodeImport& node, ValueId x, const ReduceAttrs& attrs, bool none) {
  return none ? x : node.emit("sum", {x}, Attributes::of(attrs));
}

void import_sum_square(NodeImport& node) {
  const bool none = !reduced_axes(node);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    return reduced_sum(node, node.emit("mul", {x, x}), attrs, none);
  });
}

void import_l2(NodeImport& node) {
  const bool none = !reduced_axes(node);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    return node.emit("sqrt", {reduced_sum(node, node.emit("mul", {x, x}), attrs, none)});
  });
}

void import_l1(NodeImport& node) {
  const bool none = !reduced_axes(node);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    return reduced_sum(node, node.emit("abs", {x}), attrs, none);
  });
}

void import_log_sum(NodeImport& node) {
  const bool none = !reduced_axes(node);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    return node.emit("log", {reduced_sum(node, x, attrs, none)});
  });
}

void import_log_sum_exp(NodeImport& node) {
  if (!reduced_axes(node)) return node.output_same(0, 0);
  output_reduced(node, [&](ValueId x, const ReduceAttrs& attrs) {
    // The largest is taken out before exp, so that nothing overflows.
    ReduceAttrs kept = attrs;
    kept.keep_dims = true;
    const ValueId largest = node.emit("reduce_max", {x}, Attributes::of(kept));
    const ValueId scaled = node.emit("exp", {node.emit("sub", {x, largest})});
    const ValueId sum = node.emit("sum", {scaled}, Attributes::of(attrs));
    const ValueId shift = attrs.keep_dims
                              ? largest
                              : node.reshape(largest, node.type(sum).shape.dims());
    return node.emit("add", {node.emit("log", {sum}), shift});
  });
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
  add("ReduceSumSquare", {}, import_sum_square);
  add("ReduceL2", {}, import_l2);
  add("ReduceL1", {}, import_l1);
  add("ReduceLogSum", {}, import_log_sum);
  add("ReduceLogSumExp", {}, import_log_sum_exp);
  add("ArgMax", "arg_max", import_arg);
  add("ArgMin", "arg_min", import_arg);
}

}  // namespace mote::onnx
