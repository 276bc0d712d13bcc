// Windows sliding over images: what convolutions and pools share.
#pragma once

#include <array>
#include <cstdint>

#include "mote/base/random.h"
#include "mote/ir/op_def.h"

namespace mote::ops {

struct Window {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0, 0};  ///< top, left, bottom, right
};

/// h, w of the output: (in + pads - (kernel - 1) * dilation - 1) / stride + 1. Throws kInvalidModel
/// when an attribute is out of its range or the window is larger than the padded image.
std::array<int64_t, 2> window_output(const InferContext& context, const Window& window);

/// "the window is not free to move": why h and w of windowed operators are blocked.
inline constexpr std::string_view kWindowBlocks = "a window slides along this axis";

/// Bias of a layer: [oc] of the type that goes with x and w. Throws kInvalidModel otherwise.
void expect_bias(const InferContext& context, size_t i, int64_t channels);
/// Element types of x and w that a layer takes, and the type of its output.
DataType layer_output_type(const InferContext& context);

/// A window and an image it fits, for samples: padding as TFLite's SAME or VALID, or free for f32.
struct SampleWindow {
  Window window;
  std::array<int64_t, 2> image{1, 1};
};
SampleWindow sample_window(Rng& rng, SampleKind kind, int64_t max_dilation);

/// A layer to generate a sample of.
struct SampleLayer {
  std::string_view op;
  Attributes attributes;
  Shape x;
  Shape weights;
  int channel_axis = 0;
  int64_t channels = 1;
  int64_t terms = 1;  ///< products summed into one output
  bool per_channel_allowed = true;
};
/// A graph of that one layer: weights and, mostly, a bias are constants with records, and the
/// output has a fitting record.
Graph sample_layer(Rng& rng, SampleKind kind, const SampleLayer& layer);

/// Axes of a convolution of NHWC images with OHWI weights. Factors: batch 0, input channel 1,
/// output channel 2; channels are blocked where there are several groups.
AxisMap convolution_axes(const Graph& graph, const Node& node, int64_t groups);

/// Of a layer whose window stands once on every pixel of `image`, its output, or its input when it
/// is transposed.
Cost window_cost(const Shape& image, const Shape& weights);

/// Activation, weight along `channel_axis`, bias.
std::optional<QuantRule> layer_rule(const Node& node, int channel_axis);

}  // namespace mote::ops
