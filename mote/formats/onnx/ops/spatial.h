// What convolutions and pools have in common: a window sliding over one or two spatial axes.
#pragma once

#include <array>

#include "mote/formats/onnx/import.h"

namespace mote::onnx {

struct Window {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0, 0};  ///< top, left, bottom, right
  std::array<int64_t, 2> ceil_padding{0, 0};   ///< more at bottom and right, from ceil_mode
};

/// The attributes kernel_shape, strides, dilations, pads, auto_pad and ceil_mode over input 0.
/// `kernel` is the extent of the weights, empty for pools. With one spatial axis that is the
/// second one. Throws kInvalidModel and, for three and more axes, kUnsupported.
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

}  // namespace mote::onnx
