// Conv, ConvTranspose.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/ops/spatial.h"
#include "mote/ir/op_def.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

// Weights [a,b,k...] with one or two spatial axes as [a,b,kh,kw].
ValueId weights_2d(NodeImport& node) {
  const ValueId weights = node.input(1);
  const Shape shape = node.type(weights).shape;
  if (shape.rank() != node.rank(0)) {
    node.fail("the weights have shape {}, the input {}", to_string(shape),
              to_string(node.shape(0)));
  }
  if (shape.rank() == 4) return weights;
  return node.reshape(weights, {shape[0], shape[1], 1, shape[2]});
}

std::vector<int64_t> kernel_extents(const NodeImport& node) {
  const Shape shape = node.shape(1);
  if (shape.rank() < 3) node.fail("the weights have shape {}", to_string(shape));
  return {shape.begin() + 2, shape.end()};
}

void import_conv(NodeImport& node) {
  if (node.rank(0) == 5) return import_conv_3d(node);
  const Window window = read_window(node, kernel_extents(node));
  Conv2dAttrs attrs;
  attrs.stride = window.stride;
  attrs.dilation = window.dilation;
  attrs.padding = window.padding;
  attrs.groups = node.integer("group", 1);
  const int64_t channels = node.shape(0)[1];
  const Shape weights = node.shape(1);
  const bool depthwise = attrs.groups > 1 && attrs.groups == channels && weights[1] == 1;
  std::vector<ValueId> inputs{spatial_input(node)};
  inputs.push_back(node.transpose(weights_2d(node), depthwise ? std::vector<int64_t>{1, 2, 3, 0}
                                                              : std::vector<int64_t>{0, 2, 3, 1}));
  if (node.has_input(2)) inputs.push_back(node.input(2));
  if (depthwise) attrs.groups = 1;
  spatial_output(
      node, node.emit(depthwise ? "depthwise_conv_2d" : "conv_2d", inputs, Attributes::of(attrs)));
}

// [ic, oc/groups, kh, kw] -> [oc, kh, kw, ic/groups].
ValueId transposed_conv_weights(NodeImport& node, int64_t groups) {
  const ValueId weights = weights_2d(node);
  const Shape s = node.type(weights).shape;
  if (groups == 1) return node.transpose(weights, {1, 2, 3, 0});
  if (groups < 1 || s[0] % groups != 0) node.fail("{} input channels in {} groups", s[0], groups);
  const int64_t each = s[0] / groups;
  const ValueId split = node.reshape(weights, {groups, each, s[1], s[2], s[3]});
  const ValueId ordered = node.transpose(split, {0, 2, 3, 4, 1});
  return node.reshape(ordered, {groups * s[1], s[2], s[3], each});
}

// output_shape and SAME state the extent of the result; the padding follows from it.
void fit_axis(const NodeImport& node, const Window& window, size_t axis, int64_t extent,
              int64_t target, TransposeConv2dAttrs& attrs) {
  if (target < 1) node.fail("the output would have the extent {}", target);
  const std::string mode = node.text("auto_pad", "NOTSET");
  const int64_t full = (extent - 1) * window.stride[axis] + attrs.output_padding[axis] +
                       (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  if (target > full) {
    // A larger result than the taps reach: zeros behind it, as output_padding makes them.
    attrs.output_padding[axis] += target - full;
    return;
  }
  const SamePadding padding = same_padding(full - target, mode == "SAME_UPPER");
  attrs.padding[axis] = padding.before;
  attrs.padding[axis + 2] = padding.after;
}

void set_cropping(const NodeImport& node, const Window& window, TransposeConv2dAttrs& attrs) {
  std::vector<int64_t> wanted = node.integers("output_shape");
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (wanted.empty() && mode != "SAME_UPPER" && mode != "SAME_LOWER") {
    attrs.padding = window.padding;
    return;
  }
  const Shape shape = node.shape(0);
  const auto count = static_cast<size_t>(shape.rank() - 2);
  if (wanted.size() == count + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != count) {
    node.fail("output_shape has {} entries, expected {}", wanted.size(), count);
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t axis = 2 - count + i;
    const int64_t extent = shape[static_cast<int>(i) + 2];
    fit_axis(node, window, axis, extent, wanted.empty() ? extent * window.stride[axis] : wanted[i],
             attrs);
  }
}

void import_conv_transpose(NodeImport& node) {
  const Window window = read_window(node, kernel_extents(node));
  TransposeConv2dAttrs attrs;
  attrs.stride = window.stride;
  attrs.dilation = window.dilation;
  attrs.groups = node.integer("group", 1);
  const std::vector<int64_t> extra = node.integers("output_padding");
  const auto count = static_cast<size_t>(node.rank(0) - 2);
  if (!extra.empty() && extra.size() != count)
    node.fail("output_padding has {} entries", extra.size());
  for (size_t i = 0; i < extra.size(); ++i) attrs.output_padding[2 - count + i] = extra[i];
  set_cropping(node, window, attrs);
  std::vector<ValueId> inputs{spatial_input(node), transposed_conv_weights(node, attrs.groups)};
  if (node.has_input(2)) inputs.push_back(node.input(2));
  spatial_output(node, node.emit("transpose_conv_2d", inputs, Attributes::of(attrs)));
}

OnnxAttributes window_attributes(const NodeExport& node, const Conv2dAttrs& attrs, int64_t groups) {
  const Shape& weights = node.input_type(1).shape;
  return {{"kernel_shape", std::vector<int64_t>{weights[1], weights[2]}},
          {"strides", std::vector<int64_t>(attrs.stride.begin(), attrs.stride.end())},
          {"dilations", std::vector<int64_t>(attrs.dilation.begin(), attrs.dilation.end())},
          {"pads", std::vector<int64_t>(attrs.padding.begin(), attrs.padding.end())},
          {"group", groups}};
}

void export_conv(NodeExport& node) {
  const auto& attrs = node.attrs<Conv2dAttrs>();
  const bool depthwise = node.node().op->name == "depthwise_conv_2d";
  const int64_t groups = depthwise ? node.input_type(0).shape[3] : attrs.groups;
  const std::vector<int64_t> permutation =
      depthwise ? std::vector<int64_t>{3, 0, 1, 2} : std::vector<int64_t>{0, 3, 1, 2};
  const std::string y = node.emit(
      "Conv", {node.input(0, Layout::kNchw), node.permuted_input(1, permutation), node.input(2)},
      window_attributes(node, attrs, groups));
  node.output_activated(y, attrs.activation, Layout::kNchw);
}

void export_transpose_conv(NodeExport& node) {
  const auto& attrs = node.attrs<TransposeConv2dAttrs>();
  if (attrs.groups != 1) node.refuse("{} groups are not supported", attrs.groups);
  const Shape& weights = node.input_type(1).shape;
  const OnnxAttributes attributes{
      {"kernel_shape", std::vector<int64_t>{weights[1], weights[2]}},
      {"strides", std::vector<int64_t>(attrs.stride.begin(), attrs.stride.end())},
      {"dilations", std::vector<int64_t>(attrs.dilation.begin(), attrs.dilation.end())},
      {"pads", std::vector<int64_t>(attrs.padding.begin(), attrs.padding.end())},
      {"output_padding",
       std::vector<int64_t>(attrs.output_padding.begin(), attrs.output_padding.end())}};
  // [oc,kh,kw,ic] -> [ic,oc,kh,kw]
  const std::string y =
      node.emit("ConvTranspose",
                {node.input(0, Layout::kNchw), node.permuted_input(1, {3, 0, 1, 2}), node.input(2)},
                attributes);
  node.output_activated(y, attrs.activation, Layout::kNchw);
}

}  // namespace

void ops_conv(OnnxSink& sink) {
  sink.add_import({.op_type = "Conv", .handler = import_conv});
  sink.add_import({.op_type = "ConvTranspose", .handler = import_conv_transpose});
  sink.add_export({.op = "conv_2d", .handler = export_conv});
  sink.add_export({.op = "depthwise_conv_2d", .handler = export_conv});
  sink.add_export({.op = "transpose_conv_2d", .handler = export_transpose_conv});
}

}  // namespace mote::onnx
