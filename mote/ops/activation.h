// The activation functions that fuse into the operator before them.
#pragma once

#include <array>
#include <limits>
#include <string_view>

namespace mote {

/// TFLite's fused activations that are a clamp. Source: TFLite schema, ActivationFunctionType.
enum class Activation { kNone, kRelu, kReluN1To1, kRelu6 };

constexpr std::array<Activation, 4> enum_values(Activation) {
  return {Activation::kNone, Activation::kRelu, Activation::kReluN1To1, Activation::kRelu6};
}

constexpr std::string_view name(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return "none";
    case Activation::kRelu:
      return "relu";
    case Activation::kReluN1To1:
      return "relu_n1_to_1";
    case Activation::kRelu6:
      return "relu6";
  }
  return {};
}

struct ClampRange {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

constexpr ClampRange clamp_range(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return {};
    case Activation::kRelu:
      return {0.0f, std::numeric_limits<float>::infinity()};
    case Activation::kReluN1To1:
      return {-1.0f, 1.0f};
    case Activation::kRelu6:
      return {0.0f, 6.0f};
  }
  return {};
}

}  // namespace mote
