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

}  // namespace

std::optional<WeightView> weight_view(const Graph& graph, const Node& node) {
  if (!is_one_of(node, {"conv_2d", "depthwise_conv_2d", "fully_connected"})) return std::nullopt;
  WeightView view;
  view.weights = constant_input(graph, node, 1);
  view.bias = constant_input(graph, node, 2);
  if (view.weights == nullptr || (node.has_input(2) && view.bias == nullptr)) return std::nullopt;
  if (!has_known_types(graph, node)) return std::nullopt;
  const TensorType& x = type_of(graph, node.inputs[0]);
  const Shape& w = view.weights->shape();
  view.depthwise = is_op(node, "depthwise_conv_2d");
  if (!is_op(node, "fully_connected")) {
    const auto& attrs = node.attrs<Conv2dAttrs>();
    if (attrs.groups != 1) return std::nullopt;
    view.padded = attrs.padding != std::array<int64_t, 4>{};
    view.taps = w[1] * w[2];
  }
  view.input_channels = x.shape.back();
  view.output_channels = view.depthwise ? w.back() : w[0];
  if (view.input_channels == 0 || view.output_channels == 0) return std::nullopt;
  if (!view.depthwise && w.back() != view.input_channels) return std::nullopt;
  if (x.quantization) view.zero_point = x.quantization->zero_point();
  return view;
}

}  // namespace mote
