// The weights of a layer addressed alike, whatever the operator.
#pragma once

#include <optional>

#include "mote/ir/graph.h"

namespace mote {

/// conv_2d (one group), depthwise_conv_2d or fully_connected with constant weights and constant or
/// absent bias; f32, or i8 and i16 activations with symmetric i8 weights.
///
/// Output channel o reads, at each of `taps` places of the window, the input channels of
/// `inputs_of(o)`.
struct WeightView {
  const Tensor* weights = nullptr;
  const Tensor* bias = nullptr;  ///< nullptr: none
  bool depthwise = false;
  int64_t taps = 1;
  int64_t input_channels = 0;
  int64_t output_channels = 0;
  bool padded = false;      ///< some windows reach outside of x
  double zero_point = 0.0;  ///< of x; 0 for f32

  int64_t multiplier() const { return output_channels / input_channels; }
  /// Position of the weight that output `o` has for input `c` at `tap`; c belongs to o if
  /// depthwise.
  size_t index(int64_t o, int64_t tap, int64_t c) const {
    const int64_t at =
        depthwise ? tap * output_channels + o : (o * taps + tap) * input_channels + c;
    return static_cast<size_t>(at);
  }
  /// First and one past the last input channel that output `o` reads.
  std::pair<int64_t, int64_t> inputs_of(int64_t o) const {
    if (!depthwise) return {0, input_channels};
    return {o / multiplier(), o / multiplier() + 1};
  }
};

/// Nothing when `node` is not such a layer.
std::optional<WeightView> weight_view(const Graph& graph, const Node& node);

}  // namespace mote
