// Conv, MaxPool and AveragePool over three spatial axes, as operators over two: a window is the
// product of its depth and its area. The area goes by convolutions and pools of the slices, the
// depth by a sum of strided slices, or by a pool along it.
#include "mote/formats/onnx/ops/spatial.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// Each tap of the depth becomes a convolution; no network has windows so deep.
constexpr int64_t kMaxDepth = 256;

// Input 0, [n,c,d,h,w], as [n,d,h,w,c].
ValueId volume_input(NodeImport& node) {
  if (!node.shape(0).is_static()) {
    node.refuse("three spatial axes with a dynamic batch; fix it with --shape");
  }
  return node.transpose(node.input(0), {0, 2, 3, 4, 1});
}

void volume_output(NodeImport& node, ValueId ndhwc) {
  node.output(0, node.transpose(ndhwc, {0, 4, 1, 2, 3}));
}

// [n,d,h,w,c] as n * d images.
ValueId slices_of(NodeImport& node, ValueId volume) {
  const Shape s = node.type(volume).shape;
  return node.reshape(volume, {s[0] * s[1], s[2], s[3], s[4]});
}

int64_t positions(const WindowAxis& depth, int64_t padded_extent) {
  return (padded_extent - depth.reach()) / depth.stride + 1;
}

// The slices under tap `tap` of the depth window, one for each position of it.
ValueId slices_under(NodeImport& node, ValueId volume, const WindowAxis& depth, int64_t tap) {
  const Shape s = node.type(volume).shape;
  const int64_t first = tap * depth.dilation;
  SliceAttrs attrs{.begin = {0, first, 0, 0, 0},
                   .end = std::vector<int64_t>(5, kSliceEnd),
                   .stride = {1, depth.stride, 1, 1, 1}};
  attrs.end[1] = first + (positions(depth, s[1]) - 1) * depth.stride + 1;
  return slices_of(node, node.emit("slice", {volume}, Attributes::of(attrs)));
}

// [oc,ic,kd,kh,kw] at depth `tap` as [oc,kh,kw,ic].
ValueId weights_at(NodeImport& node, const Shape& shape, int64_t tap) {
  SliceAttrs attrs{.begin = {0, 0, tap, 0, 0},
                   .end = {kSliceEnd, kSliceEnd, tap + 1, kSliceEnd, kSliceEnd},
                   .stride = std::vector<int64_t>(5, 1)};
  const ValueId slice = node.emit("slice", {node.input(1)}, Attributes::of(attrs));
  return node.transpose(node.reshape(slice, {shape[0], shape[1], shape[3], shape[4]}),
                        {0, 2, 3, 1});
}

using AreaPool = std::function<ValueId(ValueId x, const Window& window)>;

// One pool over the area of every slice and one along the depth. Exact also for averages: the
// number of elements in a window is the product of those along its axes.
void pool_volume(NodeImport& node, const AreaPool& pool) {
  const std::vector<WindowAxis> axes = read_window_axes(node, {});
  const Shape given = node.shape(0);
  const ValueId area = pool(slices_of(node, volume_input(node)), window_of(axes[1], axes[2]));
  const Shape s = node.type(area).shape;
  const ValueId columns = node.reshape(area, {given[0], given[2], s[1] * s[2], s[3]});
  const ValueId pooled = pool(columns, window_of(axes[0], WindowAxis{}));
  const int64_t depth = node.type(pooled).shape[1];
  volume_output(node, node.reshape(pooled, {given[0], depth, s[1], s[2], s[3]}));
}

}  // namespace

void import_conv_3d(NodeImport& node) {
  const Shape weights = node.shape(1);
  if (weights.rank() != 5) node.fail("the weights have shape {}", to_string(weights));
  const std::vector<WindowAxis> axes = read_window_axes(node, {weights[2], weights[3], weights[4]});
  const WindowAxis& depth = axes[0];
  if (depth.kernel > kMaxDepth) {
    node.refuse("a window of depth {}; at most {} is supported", depth.kernel, kMaxDepth);
  }
  const Window window = window_of(axes[1], axes[2]);
  ValueId volume = volume_input(node);
  if (depth.before + depth.after > 0) {
    volume =
        node.emit("pad", {volume},
                  Attributes::of(PadAttrs{{0, depth.before, 0, 0, 0}, {0, depth.after, 0, 0, 0}}));
  }
  const Shape padded = node.type(volume).shape;
  if (padded[1] < depth.reach()) {
    node.fail("a window of depth {} over a depth of {}", depth.reach(), padded[1]);
  }
  const Conv2dAttrs attrs{.stride = window.stride,
                          .dilation = window.dilation,
                          .padding = window.padding,
                          .groups = node.integer("group", 1)};
  ValueId sum;
  for (int64_t tap = 0; tap < depth.kernel; ++tap) {
    std::vector<ValueId> inputs{slices_under(node, volume, depth, tap),
                                weights_at(node, weights, tap)};
    if (tap == 0 && node.has_input(2)) inputs.push_back(node.input(2));
    const ValueId part = node.emit("conv_2d", inputs, Attributes::of(attrs));
    sum = tap == 0 ? part : node.emit("add", {sum, part});
  }
  const Shape s = node.type(sum).shape;
  volume_output(node,
                node.reshape(sum, {padded[0], positions(depth, padded[1]), s[1], s[2], s[3]}));
}

void import_max_pool_3d(NodeImport& node) {
  pool_volume(node,
              [&](ValueId x, const Window& window) { return largest_of_windows(node, x, window); });
}

void import_average_pool_3d(NodeImport& node) {
  const bool count_padding = node.integer("count_include_pad", 0) != 0;
  pool_volume(node, [&](ValueId x, const Window& window) {
    return average_windows(node, x, window, count_padding);
  });
}

}  // namespace mote::onnx
