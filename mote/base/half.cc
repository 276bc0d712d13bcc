#include "mote/base/half.h"

#include <bit>
#include <cmath>

namespace mote {
namespace {

constexpr int kFloatMantissaBits = 23;
constexpr int kHalfMantissaBits = 10;
constexpr int kFloatBias = 127;
constexpr int kHalfBias = 15;
constexpr uint32_t kHalfInfinity = 0x7c00;

}  // namespace

uint16_t half_bits_from_float(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | kHalfInfinity | 0x200u);
  if (magnitude >= 65520.0f) return static_cast<uint16_t>(sign | kHalfInfinity);

  constexpr float kSmallestNormal = 6.103515625e-05f;  // 2^-14
  if (magnitude < kSmallestNormal) {
    // Subnormal: a multiple of 2^-24. nearbyint rounds to even in the default mode.
    const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, 24)));
    return static_cast<uint16_t>(sign | steps);
  }
  constexpr int kDropped = kFloatMantissaBits - kHalfMantissaBits;
  const uint32_t rebased =
      (bits & 0x7fffffffu) - (static_cast<uint32_t>(kFloatBias - kHalfBias) << kFloatMantissaBits);
  const uint32_t odd = (rebased >> kDropped) & 1u;
  const uint32_t rounded = (rebased + ((1u << (kDropped - 1)) - 1u) + odd) >> kDropped;
  return static_cast<uint16_t>(sign | rounded);
}

float float_from_half_bits(uint16_t bits) {
  const float sign = (bits & 0x8000u) != 0 ? -1.0f : 1.0f;
  const int exponent = (bits >> kHalfMantissaBits) & 0x1f;
  const int mantissa = bits & 0x3ff;
  if (exponent == 0x1f) {
    return mantissa != 0 ? std::copysign(NAN, sign) : sign * INFINITY;
  }
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - kHalfBias - 10);
}

}  // namespace mote
