// Pools: sliding windows and global ones.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/ops/spatial.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

Pool2dAttrs pool_attrs(const Window& window) {
  Pool2dAttrs attrs;
  attrs.kernel = window.kernel;
  attrs.stride = window.stride;
  attrs.dilation = window.dilation;
  attrs.padding = window.padding;
  return attrs;
}

void import_max_pool(NodeImport& node) {
  if (node.has_output(1)) node.refuse("the output Indices is not supported");
  if (node.rank(0) == 5) return import_max_pool_3d(node);
  const Window window = read_window(node, {});
  spatial_output(node, largest_of_windows(node, spatial_input(node), window));
}

bool covers_all(const Pool2dAttrs& attrs, const Shape& shape) {
  return attrs.kernel == std::array<int64_t, 2>{shape[1], shape[2]} &&
         attrs.dilation == std::array<int64_t, 2>{1, 1} &&
         attrs.padding == std::array<int64_t, 4>{0, 0, 0, 0};
}

void import_average_pool(NodeImport& node) {
  if (node.rank(0) == 5) return import_average_pool_3d(node);
  const Window window = read_window(node, {});
  const ValueId x = spatial_input(node);
  if (covers_all(pool_attrs(window), node.type(x).shape)) {
    // The same numbers as a mean, which has an integer form for any two scales.
    return spatial_output(node, node.emit("mean", {x}, Attributes::of(ReduceAttrs{{1, 2}, true})));
  }
  const bool count_padding = node.integer("count_include_pad", 0) != 0;
  spatial_output(node, average_windows(node, x, window, count_padding));
}

void import_global_pool(NodeImport& node) {
  const int rank = node.rank(0);
  if (rank < 3) node.fail("the input has shape {}", to_string(node.shape(0)));
  if (rank == 4) {
    const ReduceAttrs attrs{{1, 2}, true};
    return node.output_nhwc(0,
                            node.emit(node.row().op, {node.input_nhwc(0)}, Attributes::of(attrs)));
  }
  ReduceAttrs attrs{{}, true};
  for (int axis = 2; axis < rank; ++axis) attrs.axes.push_back(axis);
  node.output(0, node.emit(node.row().op, {node.input(0)}, Attributes::of(attrs)));
}

void export_pool(NodeExport& node) {
  const auto& attrs = node.attrs<Pool2dAttrs>();
  OnnxAttributes attributes{
      {"kernel_shape", std::vector<int64_t>(attrs.kernel.begin(), attrs.kernel.end())},
      {"strides", std::vector<int64_t>(attrs.stride.begin(), attrs.stride.end())},
      {"pads", std::vector<int64_t>(attrs.padding.begin(), attrs.padding.end())}};
  const bool average = node.row().op_type == "AveragePool";
  if (average) attributes.push_back({"count_include_pad", int64_t{attrs.count_include_padding}});
  if (attrs.dilation != std::array<int64_t, 2>{1, 1}) {
    if (average) node.refuse("dilations in AveragePool came with opset 19");
    attributes.push_back(
        {"dilations", std::vector<int64_t>(attrs.dilation.begin(), attrs.dilation.end())});
  }
  const std::string y = node.emit(node.row().op_type, {node.input(0, Layout::kNchw)}, attributes);
  node.output_activated(y, attrs.activation, Layout::kNchw);
}

}  // namespace

ValueId largest_of_windows(NodeImport& node, ValueId x, const Window& window) {
  Pool2dAttrs attrs = pool_attrs(window);
  for (size_t i = 0; i < 2; ++i) attrs.padding[i + 2] += window.ceil_padding[i];
  return node.emit("max_pool_2d", {x}, Attributes::of(attrs));
}

ValueId average_windows(NodeImport& node, ValueId x, const Window& window, bool count_padding) {
  Pool2dAttrs attrs = pool_attrs(window);
  attrs.count_include_padding = count_padding;
  if (count_padding && window.ceil_padding != std::array<int64_t, 2>{0, 0}) {
    // What pads says becomes real zeros, what ceil_mode adds stays padding.
    const auto& p = window.padding;
    x = node.emit("pad", {x}, Attributes::of(PadAttrs{{0, p[0], p[1], 0}, {0, p[2], p[3], 0}}));
    attrs.padding = {0, 0, 0, 0};
    attrs.count_include_padding = false;
  }
  for (size_t i = 0; i < 2; ++i) attrs.padding[i + 2] += window.ceil_padding[i];
  return node.emit("average_pool_2d", {x}, Attributes::of(attrs));
}

void ops_pool(OnnxSink& sink) {
  sink.add_import({.op_type = "MaxPool", .handler = import_max_pool});
  sink.add_import({.op_type = "AveragePool", .handler = import_average_pool});
  sink.add_import({.op_type = "GlobalAveragePool", .handler = import_global_pool, .op = "mean"});
  sink.add_import({.op_type = "GlobalMaxPool", .handler = import_global_pool, .op = "reduce_max"});
  sink.add_export({.op = "max_pool_2d", .handler = export_pool, .op_type = "MaxPool"});
  sink.add_export({.op = "average_pool_2d", .handler = export_pool, .op_type = "AveragePool"});
}

}  // namespace mote::onnx
