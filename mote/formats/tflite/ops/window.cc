#include "mote/formats/tflite/ops/window.h"

#include <algorithm>

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

}  // namespace mote::tflite
