#include "mote/formats/onnx/ops/spatial.h"

#include <algorithm>

namespace mote::onnx {
namespace {

// Strides, dilations and kernels beyond this are nonsense, and products of them must not overflow.
constexpr int64_t kMaxWindow = int64_t{1} << 30;

std::vector<int64_t> per_axis(const NodeImport& node, std::string_view name, size_t axes) {
  std::vector<int64_t> values = node.integers(name);
  if (values.empty()) values.assign(axes, 1);
  if (values.size() != axes) {
    node.fail("{} has {} entries, expected {}", name, values.size(), axes);
  }
  for (const int64_t value : values) {
    if (value < 1 || value > kMaxWindow) node.fail("{} has the entry {}", name, value);
  }
  return values;
}

void set_same_padding(bool upper, std::vector<WindowAxis>& axes) {
  for (WindowAxis& axis : axes) {
    const int64_t outputs = (axis.extent + axis.stride - 1) / axis.stride;
    const int64_t total =
        std::max<int64_t>(0, (outputs - 1) * axis.stride + axis.reach() - axis.extent);
    const SamePadding padding = same_padding(total, upper);
    axis.before = padding.before;
    axis.after = padding.after;
  }
}

void set_padding(const NodeImport& node, std::vector<WindowAxis>& axes) {
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (mode == "VALID") return;
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    return set_same_padding(mode == "SAME_UPPER", axes);
  }
  if (mode != "NOTSET") node.fail("auto_pad is '{}'", mode);
  const std::vector<int64_t> pads = node.integers("pads");
  if (pads.empty()) return;
  const size_t count = axes.size();
  if (pads.size() != 2 * count)
    node.fail("pads has {} entries, expected {}", pads.size(), 2 * count);
  for (const int64_t pad : pads) {
    if (pad < 0 || pad > kMaxWindow) node.fail("pads has the entry {}", pad);
  }
  for (size_t i = 0; i < count; ++i) {
    axes[i].before = pads[i];
    axes[i].after = pads[i + count];
  }
}

// ceil_mode: one more window where the last one would be cut off, unless it starts in the padding.
void set_ceil_padding(std::vector<WindowAxis>& axes) {
  for (WindowAxis& axis : axes) {
    const int64_t padded = axis.extent + axis.before + axis.after;
    if (padded < axis.reach()) continue;
    int64_t outputs = (padded - axis.reach() + axis.stride - 1) / axis.stride + 1;
    if ((outputs - 1) * axis.stride >= axis.extent + axis.before) --outputs;
    axis.ceil_after = std::max<int64_t>(0, (outputs - 1) * axis.stride + axis.reach() - padded);
  }
}

}  // namespace

SamePadding same_padding(int64_t total, bool upper) {
  return upper ? SamePadding{total / 2, total - total / 2}
               : SamePadding{total - total / 2, total / 2};
}

std::vector<WindowAxis> read_window_axes(const NodeImport& node, std::vector<int64_t> kernel) {
  const Shape shape = node.shape(0);
  if (shape.rank() < 3)
    node.fail("the input has shape {}, expected rank 3 or more", to_string(shape));
  const auto count = static_cast<size_t>(shape.rank() - 2);
  const std::vector<int64_t> stated = node.integers("kernel_shape");
  if (kernel.empty()) kernel = stated;
  if (kernel.size() != count || (!stated.empty() && stated != kernel)) {
    node.fail("kernel_shape does not fit: {} entries for {} spatial axes", kernel.size(), count);
  }
  const std::vector<int64_t> strides = per_axis(node, "strides", count);
  const std::vector<int64_t> dilations = per_axis(node, "dilations", count);
  std::vector<WindowAxis> axes(count);
  for (size_t i = 0; i < count; ++i) {
    if (kernel[i] < 1 || kernel[i] > kMaxWindow) node.fail("a kernel of extent {}", kernel[i]);
    axes[i] = {.extent = shape[static_cast<int>(i) + 2],
               .kernel = kernel[i],
               .stride = strides[i],
               .dilation = dilations[i]};
  }
  set_padding(node, axes);
  if (node.integer("ceil_mode", 0) != 0) set_ceil_padding(axes);
  return axes;
}

Window window_of(const WindowAxis& rows, const WindowAxis& columns) {
  return {.kernel = {rows.kernel, columns.kernel},
          .stride = {rows.stride, columns.stride},
          .dilation = {rows.dilation, columns.dilation},
          .padding = {rows.before, columns.before, rows.after, columns.after},
          .ceil_padding = {rows.ceil_after, columns.ceil_after}};
}

Window read_window(const NodeImport& node, std::vector<int64_t> kernel) {
  const int axes = node.rank(0) - 2;
  if (axes > 2) node.refuse("{} spatial axes are not supported, only 1 and 2", axes);
  const std::vector<WindowAxis> read = read_window_axes(node, std::move(kernel));
  return window_of(axes == 1 ? WindowAxis{} : read[0], read.back());
}

ValueId spatial_input(NodeImport& node) {
  if (node.rank(0) == 4) return node.input_nhwc(0);
  const ValueId nwc = node.transpose(node.input(0), {0, 2, 1});
  const Shape shape = node.type(nwc).shape;
  return node.reshape(nwc, {shape[0], 1, shape[1], shape[2]});
}

void spatial_output(NodeImport& node, ValueId nhwc) {
  if (node.rank(0) == 4) return node.output_nhwc(0, nhwc);
  const Shape shape = node.type(nhwc).shape;
  const ValueId nwc = node.reshape(nhwc, {shape[0], shape[2], shape[3]});
  node.output(0, node.transpose(nwc, {0, 2, 1}));
}

}  // namespace mote::onnx
