// Attributes of losses.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "mote/ir/attributes.h"

namespace mote {

enum class LossReduction { kNone, kSum, kMean };
constexpr std::array<LossReduction, 3> enum_values(LossReduction) {
  return {LossReduction::kNone, LossReduction::kSum, LossReduction::kMean};
}
constexpr std::string_view name(LossReduction reduction) {
  switch (reduction) {
    case LossReduction::kNone:
      return "none";
    case LossReduction::kSum:
      return "sum";
    case LossReduction::kMean:
      return "mean";
  }
  return {};
}

/// negative_log_likelihood_loss(x [n,c,..] log probabilities, target [n,..], weight? [c]).
/// Targets equal to `ignore_index` count for nothing. The mean is weighted.
struct NllLossAttrs {
  LossReduction reduction = LossReduction::kMean;
  bool has_ignore_index = false;
  int64_t ignore_index = 0;
  static constexpr auto fields() {
    return std::tuple(field("reduction", &NllLossAttrs::reduction),
                      field("has_ignore_index", &NllLossAttrs::has_ignore_index),
                      field("ignore_index", &NllLossAttrs::ignore_index));
  }
};

}  // namespace mote
