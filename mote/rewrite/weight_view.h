// The weights of a layer addressed alike, whatever the operator.
#pragma once

#include <optional>

#include "mote/ir/graph.h"

namespace mote {

/// conv_2d, depthwise_conv_2d, transpose_conv_2d (one group) or fully_connected with constant
/// weights and constant or absent bias; f32, or i8 and i16 activations with symmetric i8 weights.
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
  int64_t group_inputs = 0;  ///< input channels of a group; 1 if depthwise
  bool padded = false;       ///< not every window reads all of its taps from x
  double zero_point = 0.0;   ///< of x; 0 for f32

  /// The weight there, as it is stored.
  double at(size_t index) const {
    const std::byte* stored = weights->bytes();
    return weights->dtype() == DataType::kF32
               ? static_cast<double>(reinterpret_cast<const float*>(stored)[index])
               : static_cast<double>(reinterpret_cast<const int8_t*>(stored)[index]);
  }
  /// Inputs and outputs of a group go together or stay together.
  bool is_linked() const { return depthwise || group_inputs != input_channels; }
  /// Position of the weight that output `o` has for input `c`, one of its group, at `tap`.
  size_t index(int64_t o, int64_t tap, int64_t c) const {
    const int64_t at =
        depthwise ? tap * output_channels + o : (o * taps + tap) * group_inputs + c % group_inputs;
    return static_cast<size_t>(at);
  }
  /// First and one past the last input channel that output `o` reads.
  std::pair<int64_t, int64_t> inputs_of(int64_t o) const {
    const int64_t group_outputs = output_channels * group_inputs / input_channels;
    const int64_t first = o / group_outputs * group_inputs;
    return {first, first + group_inputs};
  }
};

/// Nothing when `node` is not such a layer.
std::optional<WeightView> weight_view(const Graph& graph, const Node& node);

}  // namespace mote
