#include "mote/base/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mote {
namespace {

TEST(Half, every_finite_value_survives_the_way_through_float) {
  for (uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const float value = float_from_half_bits(static_cast<uint16_t>(bits));
    if (std::isnan(value)) continue;
    EXPECT_EQ(half_bits_from_float(value), bits);
  }
}

TEST(Half, ties_round_to_even_and_too_large_is_infinite) {
  EXPECT_EQ(float(Half(2049.0f)), 2048.0f);
  EXPECT_EQ(float(Half(2051.0f)), 2052.0f);
  EXPECT_EQ(float(Half(65519.0f)), 65504.0f);
  EXPECT_TRUE(std::isinf(float(Half(65520.0f))));
  EXPECT_TRUE(std::isnan(float(Half(NAN))));
  EXPECT_EQ(Half(std::ldexp(1.0f, -25)).bits, 0);  // halfway to the smallest subnormal
  EXPECT_EQ(Half(std::ldexp(1.5f, -25)).bits, 1);
}

}  // namespace
}  // namespace mote
