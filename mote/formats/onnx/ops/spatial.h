// What convolutions and pools have in common: a window sliding over one, two or three spatial axes.
#pragma once

#include <array>

#include "mote/formats/onnx/import.h"

namespace mote::onnx {

/// The window along one axis.
struct WindowAxis {
  int64_t extent = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t before = 0;  ///< padding
  int64_t after = 0;
  int64_t ceil_after = 0;  ///< more behind, from ceil_mode

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

/// The window over rows and columns.
struct Window {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0, 0};  ///< top, left, bottom, right
  std::array<int64_t, 2> ceil_padding{0, 0};   ///< more at bottom and right, from ceil_mode
};

/// The attributes kernel_shape, strides, dilations, pads, auto_pad and ceil_mode over input 0, for
/// each spatial axis. `kernel` is the extent of the weights, empty for pools. Throws kInvalidModel.
std::vector<WindowAxis> read_window_axes(const NodeImport& node, std::vector<int64_t> kernel);
Window window_of(const WindowAxis& rows, const WindowAxis& columns);
/// The same for one or two axes; a single one is that of the columns. Throws kUnsupported for more.
Window read_window(const NodeImport& node, std::vector<int64_t> kernel);

/// Padding of "SAME_UPPER" and "SAME_LOWER" along one axis: before, after.
/// Source: ONNX Conv, attribute auto_pad.
struct SamePadding {
  int64_t before = 0;
  int64_t after = 0;
};
SamePadding same_padding(int64_t total, bool upper);

/// Input 0, [n,c,h,w] or [n,c,w], as [n,h,w,c].
ValueId spatial_input(NodeImport& node);
/// The result of a spatial operator, [n,h,w,c], in the rank of input 0.
void spatial_output(NodeImport& node, ValueId nhwc);

/// y = the average of every window of x [n,h,w,c]; what ceil_mode adds never counts, the padding
/// only with `count_padding`.
ValueId average_windows(NodeImport& node, ValueId x, const Window& window, bool count_padding);
/// y = the largest of every window of x [n,h,w,c].
ValueId largest_of_windows(NodeImport& node, ValueId x, const Window& window);

/// Conv, MaxPool and AveragePool over three axes, out of operators over two.
void import_conv_3d(NodeImport& node);
void import_max_pool_3d(NodeImport& node);
void import_average_pool_3d(NodeImport& node);

}  // namespace mote::onnx
