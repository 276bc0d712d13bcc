#include "mote/kernels/requantize/packed_stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "mote/base/random.h"

namespace mote {
namespace {

// The formula of the header, for one accumulator.
int32_t scaled(const mote_channel_scale& s, int32_t accumulator, mote_rounding rounding) {
  if (rounding == MOTE_ROUND_FLOAT) {
    return mote_round_to_even_f32(static_cast<float>(accumulator) *
                                  std::bit_cast<float>(s.factor)) +
           s.addend;
  }
  const uint32_t u = (static_cast<uint32_t>(accumulator) << s.left) + static_cast<uint32_t>(s.base);
  const auto high = static_cast<int32_t>(uint64_t{u} * static_cast<uint32_t>(s.factor) >> 32);
  const auto nudged =
      static_cast<int32_t>(static_cast<uint32_t>(high) + static_cast<uint32_t>(s.addend)) -
      (static_cast<int32_t>(u) < s.threshold ? 1 : 0);
  return nudged >> s.right;
}

// Accumulators worth trying: near 0, near the bound, near the ties of the second rounding.
std::vector<int32_t> accumulators(Rng& rng, mote_multiplier m, int32_t bound) {
  std::vector<int32_t> values = {0, bound, -bound};
  const double step = std::min(
      2147483648.0 / m.multiplier * std::max(1.0, std::ldexp(1.0, -m.shift)), double{1 << 28});
  for (int i = 0; i < 60; ++i) {
    const double tie = (static_cast<double>(rng.integer(-200, 200)) + 0.5) * step;
    const double near = std::clamp(tie + static_cast<double>(rng.integer(-2, 2)),
                                   -double{INT32_MAX}, double{INT32_MAX});
    values.push_back(static_cast<int32_t>(near));
    values.push_back(static_cast<int32_t>(rng.integer(-bound, bound)));
    values.push_back(static_cast<int32_t>(rng.integer(-4, 4)));
  }
  std::erase_if(values, [&](int32_t v) { return std::abs(v) > bound; });
  return values;
}

mote_multiplier random_multiplier(Rng& rng) {
  const int zeros = static_cast<int>(rng.integer(0, 30));
  const auto drawn = static_cast<uint32_t>(rng.integer(1 << 30, INT32_MAX));
  const uint32_t multiplier = (drawn >> zeros << zeros) | (1U << 30);
  return {static_cast<int32_t>(multiplier), static_cast<int32_t>(rng.integer(-31, 4))};
}

TEST(PackedStage, scales_every_accumulator_as_the_reference_does) {
  Rng rng(3);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const mote_multiplier m = random_multiplier(rng);
    const mote_output_stage stage = {
        .multipliers = &m,
        .zero_point = static_cast<int32_t>(rng.integer(-128, 127)),
        .min = -128,
        .max = 127,
        .rounding = static_cast<mote_rounding>(i % 3),
    };
    const auto bound =
        static_cast<int32_t>(rng.integer(0, 1) == 0 ? (1 << 29) - 1 : rng.integer(1, 1 << 20));
    mote_channel_scale s{};
    if (mote_channel_scale_of(&stage, 0, {-bound, bound}, &s) != nullptr) continue;
    ++accepted;
    for (const int32_t a : accumulators(rng, m, bound)) {
      const int32_t expected = mote_requantize_i32(a, m, stage.rounding) + stage.zero_point;
      ASSERT_EQ(scaled(s, a, stage.rounding), expected)
          << "accumulator " << a << ", multiplier " << m.multiplier << ", shift " << m.shift
          << ", rounding " << stage.rounding;
    }
  }
  EXPECT_GT(accepted, 10000);
}

TEST(PackedStage, refuses_what_may_overflow) {
  const mote_multiplier m = {1 << 30, 0};
  const mote_multiplier left = {1 << 30, 3};
  const mote_multiplier odd = {12345, 0};
  mote_channel_scale s{};
  const auto refused = [&](const mote_multiplier& multiplier, int64_t bound) {
    const mote_output_stage stage = {.multipliers = &multiplier, .min = -128, .max = 127};
    return mote_channel_scale_of(&stage, 0, {-bound, bound}, &s) != nullptr;
  };
  EXPECT_FALSE(refused(m, (1 << 29) - 1));
  EXPECT_TRUE(refused(m, 1 << 29));
  EXPECT_FALSE(refused(left, (1 << 26) - 1));
  EXPECT_TRUE(refused(left, 1 << 26));
  EXPECT_TRUE(refused(odd, 100));
}

TEST(PackedStage, takes_a_channel_that_has_one_output_however_large_its_accumulators) {
  const mote_multiplier m = {1 << 30, -3};
  const mote_output_stage stage = {.multipliers = &m, .zero_point = -5, .min = -128, .max = 127};
  mote_channel_scale s{};
  const int64_t large = 1 << 30;
  // Both ends above the limit; one value; both ends below.
  ASSERT_EQ(mote_channel_scale_of(&stage, 0, {large, large + 100}, &s), nullptr);
  EXPECT_EQ(scaled(s, large + 50, stage.rounding), 127);
  ASSERT_EQ(mote_channel_scale_of(&stage, 0, {-large, -large + 9}, &s), nullptr);
  EXPECT_EQ(scaled(s, -large + 1, stage.rounding), -128);
  EXPECT_NE(mote_channel_scale_of(&stage, 0, {-large, large}, &s), nullptr);
  EXPECT_NE(mote_channel_scale_of(&stage, 0, {large, int64_t{1} << 40}, &s), nullptr);
  // However small its scale, too: 2^27 / 2^24 = 8.
  const mote_multiplier small = {1 << 30, -22};
  const mote_multiplier smaller = {1 << 30, -23};
  const mote_output_stage tiny = {.multipliers = &smaller, .min = -128, .max = 127};
  const mote_output_stage taken = {.multipliers = &small, .min = -128, .max = 127};
  EXPECT_EQ(mote_channel_scale_of(&taken, 0, {0, 1 << 27}, &s), nullptr);
  EXPECT_NE(mote_channel_scale_of(&tiny, 0, {0, 1 << 27}, &s), nullptr);
  ASSERT_EQ(mote_channel_scale_of(&tiny, 0, {1 << 27, (1 << 27) + 9}, &s), nullptr);
  EXPECT_EQ(scaled(s, 1 << 27, MOTE_ROUND_DOUBLE), 8);
}

TEST(PackedStage, refuses_floats_that_may_be_no_integers) {
  const mote_multiplier m = {1 << 30, 10};
  const mote_output_stage stage = {
      .multipliers = &m, .min = -128, .max = 127, .rounding = MOTE_ROUND_FLOAT};
  mote_channel_scale s{};
  const int64_t large = 1 << 21;
  EXPECT_EQ(mote_channel_scale_of(&stage, 0, {1 - large, large - 1}, &s), nullptr);
  EXPECT_NE(mote_channel_scale_of(&stage, 0, {-large, large}, &s), nullptr);
  EXPECT_NE(mote_channel_scale_of(&stage, 0, {0, int64_t{1} << 32}, &s), nullptr);
  ASSERT_EQ(mote_channel_scale_of(&stage, 0, {large, 2 * large}, &s), nullptr);
  EXPECT_EQ(scaled(s, large, stage.rounding), 127);
}

}  // namespace
}  // namespace mote
