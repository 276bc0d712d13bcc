// IEEE 754 binary16 as storage. Arithmetic is done in float.
#pragma once

#include <cstdint>

#include "mote/base/data_type.h"

namespace mote {

/// Round to nearest even; overflow gives infinity; NaN stays NaN.
uint16_t half_bits_from_float(float value);
float float_from_half_bits(uint16_t bits);

struct Half {
  static constexpr DataType kDataType = DataType::kF16;

  uint16_t bits = 0;

  Half() = default;
  Half(float value) : bits(half_bits_from_float(value)) {}
  operator float() const { return float_from_half_bits(bits); }
};
static_assert(sizeof(Half) == 2);

}  // namespace mote
