#include "mote/kernels/requantize/mve_scales.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "mote/base/random.h"
#include "mote/kernels/requantize/mve_output.h"

namespace mote {
namespace {

constexpr int32_t kChannels = 16 + 8 + 3;

// Any number, or one near a tie of the second rounding.
int32_t draw_sum(Rng& rng, mote_multiplier m) {
  if (rng.integer(0, 2) == 0) return static_cast<int32_t>(rng.integer(INT32_MIN, INT32_MAX) / 2);
  const double step = std::ldexp(2147483648.0 / m.multiplier, -m.shift);
  const double tie = (static_cast<double>(rng.integer(-300, 300)) + 0.5) * step;
  const double near = tie + static_cast<double>(rng.integer(-2, 2));
  return static_cast<int32_t>(std::clamp(near, -1073741824.0, 1073741824.0));
}

struct Stage {
  explicit Stage(Rng& rng) {
    const bool once = rng.integer(0, 1) == 0;
    for (int32_t i = 0; i < kChannels; ++i) {
      multipliers.push_back({static_cast<int32_t>(rng.integer(1 << 30, INT32_MAX)),
                             static_cast<int32_t>(rng.integer(-31, once ? -1 : 0))});
    }
    stage.multipliers = multipliers.data();
    stage.per_channel = 1;
    stage.zero_point = static_cast<int32_t>(rng.integer(-128, 127));
    const bool relu = rng.integer(0, 1) == 0;
    stage.min = relu ? stage.zero_point : static_cast<int32_t>(rng.integer(-128, 0));
    stage.max = static_cast<int32_t>(rng.integer(stage.min, 127));
    stage.rounding = once ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  }
  std::vector<mote_multiplier> multipliers;
  mote_output_stage stage = {};
};

TEST(MveScales, every_channel_has_a_slot_of_its_own) {
  for (int32_t channels = 1; channels < 70; ++channels) {
    std::vector<int> taken(static_cast<size_t>(channels + 7), 0);
    for (int32_t c = 0; c < channels; ++c) ++taken.at(static_cast<size_t>(mve_slot(c, channels)));
    EXPECT_EQ(*std::max_element(taken.begin(), taken.end()), 1) << channels;
  }
}

TEST(MveScales, sums_become_the_bytes_of_the_exact_definition) {
  Rng rng(11);
  for (int i = 0; i < 5000; ++i) {
    const Stage drawn(rng);
    ASSERT_EQ(mve_stage_refused(&drawn.stage, kChannels, 1, nullptr), nullptr);
    std::vector<mve_scales> scales(static_cast<size_t>(mve_scales_bytes(kChannels)) /
                                   sizeof(mve_scales));
    mve_pack_scales(&drawn.stage, kChannels, scales.data());
    std::vector<int32_t> sums(kChannels + 7, 0);
    std::vector<int8_t> expected;
    for (int32_t c = 0; c < kChannels; ++c) {
      const int32_t sum = draw_sum(rng, drawn.multipliers[static_cast<size_t>(c)]);
      sums[static_cast<size_t>(mve_slot(c, kChannels))] = sum;
      expected.push_back(static_cast<int8_t>(mote_output_i32(&drawn.stage, sum, c)));
    }
    std::vector<int8_t> actual(kChannels);
    const mve_output output = mve_output_of(&drawn.stage);
    mve_store_channels(&output, scales.data(), sums.data(), kChannels, actual.data());
    ASSERT_EQ(actual, expected) << "stage " << i;
  }
}

TEST(MveScales, refuses_what_needs_more_than_a_shift_to_the_right) {
  const mote_multiplier above_one = {1 << 30, 1};
  mote_output_stage stage = {};
  stage.multipliers = &above_one;
  stage.max = 127;
  EXPECT_NE(mve_stage_refused(&stage, 1, 1, nullptr), nullptr);
  const mote_multiplier above_half = {1 << 30, 0};
  stage.multipliers = &above_half;
  EXPECT_EQ(mve_stage_refused(&stage, 1, 1, nullptr), nullptr);
  const int32_t large_bias = 1 << 30;
  EXPECT_NE(mve_stage_refused(&stage, 1, 1, &large_bias), nullptr);
  stage.rounding = MOTE_ROUND_SINGLE;
  EXPECT_NE(mve_stage_refused(&stage, 1, 1, nullptr), nullptr);
}

}  // namespace
}  // namespace mote
