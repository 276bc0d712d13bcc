#include "mote/base/number_cast.h"

#include <gtest/gtest.h>

#include "mote/base/tensor.h"

namespace mote {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(NumberCast, floats_saturate_and_nan_is_zero) {
  EXPECT_EQ(number_cast<int8_t>(-1.9f), -1);
  EXPECT_EQ(number_cast<int8_t>(300.0f), 127);
  EXPECT_EQ(number_cast<uint8_t>(-1.0), 0);
  EXPECT_EQ(number_cast<int32_t>(kNan), 0);
  EXPECT_EQ(number_cast<int64_t>(kInfinity), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(number_cast<int64_t>(-kInfinity), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(number_cast<int32_t>(Half(kInfinity)), std::numeric_limits<int32_t>::max());
}

TEST(NumberCast, integers_wrap_and_bool_asks_for_zero) {
  EXPECT_EQ(number_cast<int8_t>(int32_t{300}), 44);
  EXPECT_EQ(number_cast<uint32_t>(int8_t{-1}), 0xffffffffu);
  EXPECT_TRUE(number_cast<bool>(0.25f));
  EXPECT_FALSE(number_cast<bool>(-0.0f));
}

// A model may hold a zero point of any type and content.
TEST(NumberCast, is_what_tensors_are_read_with) {
  const Tensor tensor = Tensor::of(Shape{3}, std::vector<float>{kNan, 1e30f, -2.5f});
  EXPECT_EQ(elements_as<int32_t>(tensor),
            (std::vector<int32_t>{0, std::numeric_limits<int32_t>::max(), -2}));
}

}  // namespace
}  // namespace mote
