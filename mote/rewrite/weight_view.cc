#include "mote/rewrite/weight_view.h"

#include <algorithm>

#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

bool has_known_types(const Graph& graph, const Node& node) {
  const TensorType& x = type_of(graph, node.inputs[0]);
  const TensorType& w = type_of(graph, node.inputs[1]);
  const TensorType& y = type_of(graph, node.outputs[0]);
  if (x.dtype == DataType::kF32) return w.dtype == DataType::kF32;
  const bool integers = (x.dtype == DataType::kI8 || x.dtype == DataType::kI16) &&
                        w.dtype == DataType::kI8 && x.quantization && w.quantization &&
                        y.quantization && x.quantization->is_per_tensor() &&
                        y.quantization->is_per_tensor();
  if (!integers) return false;
  const auto& zeros = w.quantization->zero_points;
  return std::all_of(zeros.begin(), zeros.end(), [](int32_t zero) { return zero == 0; });
}

// Padding, and what TFLite's layouts of weights have as taps.
void set_window(const Node& node, const Shape& w, WeightView& view) {
  view.taps = w[1] * w[2];
  if (is_op(node, "transpose_conv_2d")) {
    view.padded = true;  // most outputs get some of the taps only
  } else {
    view.padded = node.attrs<Conv2dAttrs>().padding != std::array<int64_t, 4>{};
  }
}

}  // namespace

std::optional<WeightView> weight_view(const Graph& graph, const Node& node) {
  if (!is_one_of(node, {"conv_2d", "depthwise_conv_2d", "transpose_conv_2d", "fully_connected"})) {
    return std::nullopt;
  }
  WeightView view;
  view.weights = constant_input(graph, node, 1);
  view.bias = constant_input(graph, node, 2);
  if (view.weights == nullptr || (node.has_input(2) && view.bias == nullptr)) return std::nullopt;
  if (!has_known_types(graph, node)) return std::nullopt;
  const TensorType& x = type_of(graph, node.inputs[0]);
  const Shape& w = view.weights->shape();
  view.depthwise = is_op(node, "depthwise_conv_2d");
  if (!is_op(node, "fully_connected")) set_window(node, w, view);
  view.input_channels = x.shape.back();
  view.output_channels = view.depthwise ? w.back() : w[0];
  if (view.input_channels == 0 || view.output_channels == 0) return std::nullopt;
  view.group_inputs = view.depthwise ? 1 : w.back();
  if (view.group_inputs < 1) return std::nullopt;
  const bool in_one_group = view.group_inputs == view.input_channels;
  if (!view.depthwise && !in_one_group && !is_op(node, "conv_2d")) return std::nullopt;
  if (x.quantization) view.zero_point = x.quantization->zero_point();
  return view;
}

}  // namespace mote
