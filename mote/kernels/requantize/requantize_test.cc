#include "mote/kernels/requantize/requantize.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

TEST(QuantizeMultiplier, represents_powers_of_two_exactly) {
  const mote_multiplier half = mote_quantize_multiplier(0.5);
  EXPECT_EQ(half.multiplier, 1 << 30);
  EXPECT_EQ(half.shift, 0);
  const mote_multiplier four = mote_quantize_multiplier(4.0);
  EXPECT_EQ(four.multiplier, 1 << 30);
  EXPECT_EQ(four.shift, 3);
}

TEST(QuantizeMultiplier, carries_when_the_fraction_rounds_up_to_one) {
  const mote_multiplier m = mote_quantize_multiplier(std::nextafter(1.0, 0.0));
  EXPECT_EQ(m.multiplier, 1 << 30);
  EXPECT_EQ(m.shift, 1);
}

TEST(QuantizeMultiplier, gives_zero_below_its_range) {
  EXPECT_EQ(mote_quantize_multiplier(0.0).multiplier, 0);
  EXPECT_EQ(mote_quantize_multiplier(1e-12).multiplier, 0);
}

TEST(RoundingDivideByPot, sends_ties_away_from_zero) {
  EXPECT_EQ(mote_rounding_divide_by_pot(3, 1), 2);
  EXPECT_EQ(mote_rounding_divide_by_pot(-3, 1), -2);
  EXPECT_EQ(mote_rounding_divide_by_pot(5, 2), 1);
  EXPECT_EQ(mote_rounding_divide_by_pot(-6, 2), -2);
  EXPECT_EQ(mote_rounding_divide_by_pot(7, 0), 7);
}

TEST(SaturatingRoundingDoublingHighMul, saturates_its_only_overflow) {
  EXPECT_EQ(mote_saturating_rounding_doubling_high_mul(INT32_MIN, INT32_MIN), INT32_MAX);
  EXPECT_EQ(mote_saturating_rounding_doubling_high_mul(INT32_MAX, 1 << 30), 1 << 30);
}

TEST(Requantize, rounds_twice_or_once) {
  // 0.25 * 5.99999 is 1.4999975: one rounding gives 1; rounding to 6 / 4 first gives 2.
  const mote_multiplier m = {1610610048, -1};  // 0.3749999 = 0.7499998 / 2
  const int32_t twice = mote_requantize_i32(4, m, MOTE_ROUND_DOUBLE);
  const int32_t once = mote_requantize_i32(4, m, MOTE_ROUND_SINGLE);
  EXPECT_EQ(twice, 2);
  EXPECT_EQ(once, 1);
}

TEST(Requantize, in_float_rounds_ties_to_even) {
  const mote_multiplier half = mote_quantize_multiplier(0.5);
  EXPECT_EQ(mote_requantize_i32(5, half, MOTE_ROUND_FLOAT), 2);
  EXPECT_EQ(mote_requantize_i32(7, half, MOTE_ROUND_FLOAT), 4);
  EXPECT_EQ(mote_requantize_i32(-5, half, MOTE_ROUND_FLOAT), -2);
  EXPECT_EQ(mote_requantize_i32(INT32_MAX, half, MOTE_ROUND_FLOAT), 1 << 21);
  EXPECT_EQ(mote_requantize_i32(INT32_MIN, half, MOTE_ROUND_FLOAT), -(1 << 21));
}

TEST(Requantize, holds_every_float_factor_exactly) {
  for (const float factor : {0.1F, 1.0F, 3.14159F, 0.00123456F, 1e-7F}) {
    EXPECT_EQ(mote_multiplier_f32(mote_quantize_multiplier(static_cast<double>(factor))), factor);
  }
}

TEST(Requantize, wide_accumulators_use_a_fifteen_bit_multiplier) {
  // 0.001 = 0.512 * 2^-9, and round(0.512 * 2^15) = 16777.
  const mote_multiplier m = mote_quantize_multiplier(0.001);
  EXPECT_EQ(mote_requantize_i64(INT64_C(1) << 40, m), 16777 * 65536);
}

TEST(OutputStage, clamps_channels_by_their_own_maximum) {
  const mote_multiplier one = mote_quantize_multiplier(1.0);
  const int32_t channel_max[2] = {10, 20};
  mote_output_stage stage = {};
  stage.multipliers = &one;
  stage.channel_max = channel_max;
  stage.zero_point = -5;
  stage.min = -128;
  stage.max = 127;
  EXPECT_EQ(mote_output_i32(&stage, 100, 0), 10);
  EXPECT_EQ(mote_output_i32(&stage, 100, 1), 20);
  EXPECT_EQ(mote_output_i32(&stage, 7, 1), 2);
}

}  // namespace
