// Operators that take tensors apart and put them together.
#include <algorithm>
#include <limits>
#include <numeric>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

void import_concat(NodeImport& node) {
  std::vector<size_t> operands;
  for (size_t i = 0; i < node.input_count(); ++i) operands.push_back(i);
  if (operands.empty()) node.fail("no inputs");
  const int64_t axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  const bool nhwc =
      node.rank(0) == 4 &&
      std::any_of(operands.begin(), operands.end(), [&](size_t i) { return node.prefers_nhwc(i); });
  std::vector<ValueId> values;
  for (const size_t i : operands) values.push_back(nhwc ? node.input_nhwc(i) : node.input(i));
  const ValueId y =
      node.emit("concat", values, Attributes::of(AxisAttrs{nhwc ? nhwc_axis(axis) : axis}));
  nhwc ? node.output_nhwc(0, y) : node.output(0, y);
}

// Runs `emit` with per-axis lists in the layout that input 0 prefers.
template <class Attrs, class Permute>
void output_per_axis(NodeImport& node, std::string_view op, Attrs attrs, Permute permute) {
  if (node.rank(0) == 4 && node.prefers_nhwc(0)) {
    permute(attrs);
    return node.output_nhwc(0, node.emit(op, {node.input_nhwc(0)}, Attributes::of(attrs)));
  }
  node.output(0, node.emit(op, {node.input(0)}, Attributes::of(attrs)));
}

// ONNX's end for "past the first element" with a negative step is any number below -extent.
int64_t slice_end(int64_t end, int64_t step, const Shape& shape, int axis) {
  if (step > 0 && end >= std::numeric_limits<int32_t>::max()) return kSliceEnd;
  if (step < 0 && shape[axis] != kDynamic && end < -shape[axis]) return kSliceEnd;
  return end;
}

void import_slice(NodeImport& node) {
  const bool attributes = node.opset() < 10;
  const Shape from = node.shape(0);
  const auto rank = static_cast<size_t>(from.rank());
  const auto starts = attributes ? node.integers("starts") : node.required_ints(1, "starts");
  const auto ends = attributes ? node.integers("ends") : node.required_ints(2, "ends");
  std::vector<int64_t> axes(starts.size());
  for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int64_t>(i);
  if (attributes && node.has_attribute("axes")) axes = node.integers("axes");
  if (!attributes && node.has_input(3)) axes = node.required_ints(3, "axes");
  std::vector<int64_t> steps(starts.size(), 1);
  if (!attributes && node.has_input(4)) steps = node.required_ints(4, "steps");
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    node.fail("{} starts, {} ends, {} axes, {} steps", starts.size(), ends.size(), axes.size(),
              steps.size());
  }
  SliceAttrs attrs{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, kSliceEnd),
                   std::vector<int64_t>(rank, 1)};
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis(axes[i], from.rank(), "axes");
    if (steps[i] == 0) node.fail("a step of 0");
    const auto a = static_cast<size_t>(axis);
    // A start before the first element is the first one.
    attrs.begin[a] = from[axis] == kDynamic ? starts[i] : std::max(starts[i], -from[axis]);
    attrs.end[a] = slice_end(ends[i], steps[i], from, axis);
    attrs.stride[a] = steps[i];
  }
  output_per_axis(node, "slice", std::move(attrs), [](SliceAttrs& a) {
    a = {nhwc_order(a.begin), nhwc_order(a.end), nhwc_order(a.stride)};
  });
}

PadMode pad_mode(const NodeImport& node) {
  const std::string mode = node.text("mode", "constant");
  if (mode == "constant") return PadMode::kConstant;
  if (mode == "reflect") return PadMode::kReflect;
  if (mode == "edge") return PadMode::kEdge;
  if (mode == "wrap") return PadMode::kWrap;
  node.fail("mode is '{}', expected constant, reflect, edge or wrap", mode);
}

double pad_value(const NodeImport& node) {
  if (node.opset() < 11) return node.real("value", 0.0f);
  if (!node.has_input(2)) return 0.0;
  const Tensor& value = node.required_constant(2, "pad value");
  if (value.elements() != 1) node.fail("the pad value has shape {}", to_string(value.shape()));
  return elements_as<double>(value)[0];
}

void import_pad(NodeImport& node) {
  const auto pads = node.opset() < 11 ? node.integers("pads") : node.required_ints(1, "pads");
  const int rank = node.rank(0);
  std::vector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis) axes.push_back(axis);
  if (node.has_input(3)) axes = node.required_ints(3, "axes");
  if (pads.size() != 2 * axes.size()) {
    node.fail("pads has {} entries, expected {}", pads.size(), 2 * axes.size());
  }
  PadAttrs attrs;
  attrs.mode = pad_mode(node);
  if (attrs.mode == PadMode::kConstant) attrs.value = pad_value(node);
  attrs.before.assign(static_cast<size_t>(rank), 0);
  attrs.after = attrs.before;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(normalize_axis(axes[i], rank, "axes"));
    attrs.before[axis] = pads[i];
    attrs.after[axis] = pads[i + axes.size()];
  }
  output_per_axis(node, "pad", std::move(attrs), [](PadAttrs& a) {
    a.before = nhwc_order(a.before);
    a.after = nhwc_order(a.after);
  });
}

void import_gather(NodeImport& node) {
  const int axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  GatherAttrs attrs;
  attrs.axis = axis;
  ValueId indices = node.input(1);
  // Negative indices count from the end.
  if (const Tensor* constant = node.constant(1); constant != nullptr) {
    std::vector<int64_t> values = elements_as<int64_t>(*constant);
    const int64_t extent = node.shape(0)[axis];
    const bool negative =
        std::any_of(values.begin(), values.end(), [](int64_t v) { return v < 0; });
    if (negative && extent != kDynamic) {
      for (int64_t& v : values) v += v < 0 ? extent : 0;
      indices = node.add_constant(Tensor::of(constant->shape(), values));
    }
  }
  node.output(0, node.emit("gather", {node.input(0), indices}, Attributes::of(attrs)));
}

void import_tile(NodeImport& node) {
  const TileAttrs attrs{node.required_ints(1, "repeats")};
  node.output(0, node.emit("tile", {node.input(0)}, Attributes::of(attrs)));
}

std::vector<int64_t> split_sizes(const NodeImport& node, int64_t extent) {
  const auto given = node.ints_from(1, "split");
  if (given) return *given;
  if (extent == kDynamic) node.refuse("the batch is split; fix it with --shape");
  const int64_t parts = node.integer("num_outputs", static_cast<int64_t>(node.output_count()));
  if (parts < 1 || parts != static_cast<int64_t>(node.output_count())) {
    node.fail("{} parts, {} outputs", parts, node.output_count());
  }
  const int64_t each = (extent + parts - 1) / parts;
  std::vector<int64_t> sizes(static_cast<size_t>(parts), each);
  sizes.back() = extent - each * (parts - 1);
  return sizes;
}

void import_split(NodeImport& node) {
  const int axis = normalize_axis(node.integer("axis", 0), node.rank(0), "axis");
  SplitAttrs attrs{axis, split_sizes(node, node.shape(0)[axis])};
  const bool nhwc = node.rank(0) == 4 && node.prefers_nhwc(0);
  if (nhwc) attrs.axis = nhwc_axis(axis);
  const auto parts =
      node.emit_all("split", {nhwc ? node.input_nhwc(0) : node.input(0)}, Attributes::of(attrs));
  for (size_t i = 0; i < parts.size(); ++i) {
    nhwc ? node.output_nhwc(i, parts[i]) : node.output(i, parts[i]);
  }
}

void export_concat(NodeExport& node) {
  std::vector<size_t> operands;
  bool same_record = true;
  for (size_t i = 0; i < node.node().inputs.size(); ++i) {
    operands.push_back(i);
    same_record =
        same_record && node.input_type(i).quantization == node.output_type(0).quantization;
  }
  const Form form = same_record ? Form::kStored : Form::kReal;
  const Layout layout = node.common_layout(operands);
  int64_t axis =
      normalize_axis(node.attrs<AxisAttrs>().axis, node.output_type(0).shape.rank(), "axis");
  if (layout == Layout::kNchw) axis = nchw_axis(axis);
  std::vector<std::string> names;
  for (const size_t i : operands) names.push_back(node.input(i, layout, form));
  node.output(0, node.emit("Concat", names, {{"axis", axis}}), layout, form);
}

void export_slice(NodeExport& node) {
  auto attrs = node.attrs<SliceAttrs>();
  const Layout layout = node.common_layout({0});
  if (layout == Layout::kNchw) {
    attrs = {nchw_order(attrs.begin), nchw_order(attrs.end), nchw_order(attrs.stride)};
  }
  for (size_t i = 0; i < attrs.end.size(); ++i) {
    // Past the first element: any number below -extent.
    const bool to_start = attrs.end[i] == kSliceEnd && attrs.stride[i] < 0;
    if (to_start) attrs.end[i] = std::numeric_limits<int64_t>::min() + 1;
  }
  std::vector<int64_t> axes(attrs.begin.size());
  std::iota(axes.begin(), axes.end(), 0);
  const std::string y =
      node.emit("Slice", {node.input(0, layout, Form::kStored), node.ints(attrs.begin, "starts"),
                          node.ints(attrs.end, "ends"), node.ints(axes, "axes"),
                          node.ints(attrs.stride, "steps")});
  node.output(0, y, layout, Form::kStored);
}

void export_pad(NodeExport& node) {
  auto attrs = node.attrs<PadAttrs>();
  if (attrs.mode == PadMode::kSymmetric || attrs.mode == PadMode::kWrap) {
    node.refuse("padding mode {} is not supported in opset 17", name(attrs.mode));
  }
  const Layout layout = node.common_layout({0});
  if (layout == Layout::kNchw) {
    attrs.before = nchw_order(attrs.before);
    attrs.after = nchw_order(attrs.after);
  }
  std::vector<int64_t> pads = attrs.before;
  pads.insert(pads.end(), attrs.after.begin(), attrs.after.end());
  std::vector<std::string> inputs{node.input(0, layout), node.ints(pads, "pads")};
  if (attrs.mode == PadMode::kConstant && attrs.value != 0.0) {
    inputs.push_back(
        node.initializer(Tensor::scalar<float>(static_cast<float>(attrs.value)), "value"));
  }
  const std::string y = node.emit("Pad", inputs, {{"mode", std::string(name(attrs.mode))}});
  node.output(0, y, layout);
}

void export_gather(NodeExport& node) {
  const auto& attrs = node.attrs<GatherAttrs>();
  if (attrs.batch_dims != 0) node.refuse("batch_dims = {} has no ONNX form", attrs.batch_dims);
  const std::string y =
      node.emit("Gather", {node.input(0, Layout::kPlain, Form::kStored), node.input(1)},
                {{"axis", attrs.axis}});
  node.output(0, y, Layout::kPlain, Form::kStored);
}

void export_tile(NodeExport& node) {
  const std::string repeats = node.ints(node.attrs<TileAttrs>().repeats, "repeats");
  const std::string y = node.emit("Tile", {node.input(0, Layout::kPlain, Form::kStored), repeats});
  node.output(0, y, Layout::kPlain, Form::kStored);
}

void export_split(NodeExport& node) {
  const auto& attrs = node.attrs<SplitAttrs>();
  const Layout layout = node.common_layout({0});
  int64_t axis = normalize_axis(attrs.axis, node.input_type(0).shape.rank(), "axis");
  if (layout == Layout::kNchw) axis = nchw_axis(axis);
  const auto parts = node.emit_all(
      "Split", {node.input(0, layout, Form::kStored), node.ints(attrs.sizes, "split")},
      {{"axis", axis}}, attrs.sizes.size());
  for (size_t i = 0; i < parts.size(); ++i) node.output(i, parts[i], layout, Form::kStored);
}

}  // namespace

void ops_slices(OnnxSink& sink) {
  sink.add_import({.op_type = "Concat", .handler = import_concat});
  sink.add_import({.op_type = "Slice", .handler = import_slice});
  sink.add_import({.op_type = "Pad", .handler = import_pad});
  sink.add_import({.op_type = "Gather", .handler = import_gather});
  sink.add_import({.op_type = "Tile", .handler = import_tile});
  sink.add_import({.op_type = "Split", .handler = import_split});
  sink.add_export({.op = "concat", .handler = export_concat});
  sink.add_export({.op = "slice", .handler = export_slice});
  sink.add_export({.op = "pad", .handler = export_pad});
  sink.add_export({.op = "gather", .handler = export_gather});
  sink.add_export({.op = "tile", .handler = export_tile});
  sink.add_export({.op = "split", .handler = export_split});
}

}  // namespace mote::onnx
