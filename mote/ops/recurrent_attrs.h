// Attributes of lstm, gru and rnn in ONNX's form.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "mote/ir/attributes.h"

namespace mote {

enum class Direction { kForward, kReverse, kBidirectional };
constexpr std::array<Direction, 3> enum_values(Direction) {
  return {Direction::kForward, Direction::kReverse, Direction::kBidirectional};
}
constexpr std::string_view name(Direction direction) {
  switch (direction) {
    case Direction::kForward:
      return "forward";
    case Direction::kReverse:
      return "reverse";
    case Direction::kBidirectional:
      return "bidirectional";
  }
  return {};
}

/// lstm, gru, rnn(x [t,n,in], w [d,g*h,in], r [d,g*h,h], b? [d,2*g*h], lengths? [n],
/// initial_h? [d,n,h]; lstm also initial_c? [d,n,h], peephole? [d,3*h])
/// -> y [t,d,n,h], y_h [d,n,h]; lstm also y_c [d,n,h].
/// d is 2 when bidirectional, else 1; g is 4, 3, 1; gates in ONNX's order: iofc, zrh.
/// `activations` has 3, 2, 1 names per direction (ONNX's, lower case), `alphas` and `betas` as
/// many.
struct RecurrentAttrs {
  Direction direction = Direction::kForward;
  std::vector<std::string> activations;
  std::vector<float> alphas;
  std::vector<float> betas;
  float clip = 0.0f;                 ///< of what enters an activation; 0: none
  bool input_forget = false;         ///< lstm: the forget gate is 1 - input gate
  bool linear_before_reset = false;  ///< gru: the reset gate multiplies r * h + its bias
  static constexpr auto fields() {
    return std::tuple(field("direction", &RecurrentAttrs::direction),
                      field("activations", &RecurrentAttrs::activations),
                      field("alphas", &RecurrentAttrs::alphas),
                      field("betas", &RecurrentAttrs::betas), field("clip", &RecurrentAttrs::clip),
                      field("input_forget", &RecurrentAttrs::input_forget),
                      field("linear_before_reset", &RecurrentAttrs::linear_before_reset));
  }
};

/// The activations of a kind of cell where a model names none. Source: ONNX LSTM-14, GRU-14,
/// RNN-14.
std::vector<std::string> default_activations(std::string_view op, Direction direction);

/// Does `activation` have a kernel here?
bool is_recurrent_activation(std::string_view activation);

/// ONNX's default alpha and beta of an activation; 0 where it has none.
struct ActivationDefaults {
  float alpha = 0.0f;
  float beta = 0.0f;
};
ActivationDefaults activation_defaults(std::string_view activation);

}  // namespace mote
