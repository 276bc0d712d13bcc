// Numbers from one type to another, with a result for every value.
//
//   number_cast<int8_t>(300.0f)                                     // 127
//   number_cast<int32_t>(std::numeric_limits<float>::quiet_NaN())   // 0
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "mote/base/half.h"

namespace mote {

/// Floats to integers: towards zero, saturating, NaN to 0; integers to integers wrap, as in C and
/// NumPy; to bool: whether it differs from 0. (ONNX Cast-13 and TFLite CAST leave what is out of
/// range undefined, and so does C++.)
template <class To, class From>
To number_cast(From value) {
  if constexpr (std::is_same_v<From, Half>) {
    return number_cast<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, Half>) {
    return Half(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) return 0;
    // The bounds as From are powers of two or exact, so comparing is exact.
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) {
      return std::numeric_limits<To>::min();
    }
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) {
      return std::numeric_limits<To>::max();
    }
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace mote
