#include "mote/formats/tflite/ops/window.h"

#include <algorithm>
#include <limits>

namespace mote::tflite {

using schema::ActivationFunctionType;

std::array<int64_t, 2> same_padding(const WindowAxis& axis) {
  const int64_t steps = (axis.extent + axis.stride - 1) / axis.stride;
  const int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
  const int64_t total = std::max<int64_t>((steps - 1) * axis.stride + reach - axis.extent, 0);
  return {total / 2, total - total / 2};
}

std::array<int64_t, 4> explicit_padding(const ImportContext& context, schema::Padding padding,
                                        const WindowAxis& height, const WindowAxis& width) {
  if (padding == schema::Padding::VALID) return {0, 0, 0, 0};
  if (padding != schema::Padding::SAME) {
    context.fail("padding kind {}, expected SAME or VALID", static_cast<int>(padding));
  }
  const auto [top, bottom] = same_padding(height);
  const auto [left, right] = same_padding(width);
  return {top, left, bottom, right};
}

std::array<int64_t, 2> positive_pair(const ImportContext& context, const char* what, int64_t h,
                                     int64_t w) {
  // Products of a few of these stay inside 64 bits.
  constexpr int64_t kMax = int64_t{1} << 30;
  if (h < 1 || w < 1 || h > kMax || w > kMax) {
    context.fail("{} is {} x {}, expected 1 to {}", what, h, w, kMax);
  }
  return {h, w};
}

Activation clamp_from(const ImportContext& context, ActivationFunctionType fused) {
  switch (fused) {
    case ActivationFunctionType::NONE:
    case ActivationFunctionType::TANH:
    case ActivationFunctionType::SIGN_BIT:
      return Activation::kNone;
    case ActivationFunctionType::RELU:
      return Activation::kRelu;
    case ActivationFunctionType::RELU_N1_TO_1:
      return Activation::kReluN1To1;
    case ActivationFunctionType::RELU6:
      return Activation::kRelu6;
  }
  context.fail("fused activation {} is not known", static_cast<int>(fused));
}

ActivationFunctionType fused_from(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return ActivationFunctionType::NONE;
    case Activation::kRelu:
      return ActivationFunctionType::RELU;
    case Activation::kReluN1To1:
      return ActivationFunctionType::RELU_N1_TO_1;
    case Activation::kRelu6:
      return ActivationFunctionType::RELU6;
  }
  return ActivationFunctionType::NONE;
}

namespace {

/// The smallest element of a type, which a maximum never takes.
Tensor lowest(const ExportContext& context, DataType dtype) {
  switch (dtype) {
    case DataType::kF32:
      return Tensor::of<float>({1}, {std::numeric_limits<float>::lowest()});
    case DataType::kI8:
      return Tensor::of<int8_t>({1}, {std::numeric_limits<int8_t>::min()});
    case DataType::kI16:
      return Tensor::of<int16_t>({1}, {std::numeric_limits<int16_t>::min()});
    case DataType::kU8:
      return Tensor::of<uint8_t>({1}, {0});
    default:
      context.refuse("a border of {} around {}", "the lowest value", name(dtype));
  }
}

}  // namespace

int32_t emit_pad(ExportContext& context, const std::array<int64_t, 4>& padding, Border border) {
  using enum schema::BuiltinOperator;
  TensorType type = context.type(0);
  type.shape[1] += padding[0] + padding[2];
  type.shape[2] += padding[1] + padding[3];
  const DataType dtype = type.dtype;
  const int32_t table = context.constant_tensor(
      "pads",
      Tensor::of<int32_t>(
          {4, 2}, {0, 0, static_cast<int32_t>(padding[0]), static_cast<int32_t>(padding[2]),
                   static_cast<int32_t>(padding[1]), static_cast<int32_t>(padding[3]), 0, 0}));
  const auto record = type.quantization;
  const int32_t padded = context.temporary("padded", std::move(type));
  if (border == Border::kZero) {
    context.emit(PAD, {context.input(0), table}, {padded});
  } else {
    const int32_t value = context.constant_tensor("pad_value", lowest(context, dtype), record);
    context.emit(PADV2, {context.input(0), table, value}, {padded});
  }
  return padded;
}

PaddedInput pad_input(ExportContext& context, const std::array<int64_t, 4>& padding,
                      const std::array<WindowAxis, 2>& window, Border border) {
  if (padding == std::array<int64_t, 4>{}) return {context.input(0), schema::Padding::VALID};
  const auto [top, bottom] = same_padding(window[0]);
  const auto [left, right] = same_padding(window[1]);
  if (padding == std::array<int64_t, 4>{top, left, bottom, right}) {
    return {context.input(0), schema::Padding::SAME};
  }
  return {emit_pad(context, padding, border), schema::Padding::VALID};
}

}  // namespace mote::tflite
