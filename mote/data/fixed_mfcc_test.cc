#include "mote/data/fixed_mfcc.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "mote/base/random.h"
#include "mote/data/audio.h"
#include "mote/data/mfcc_tables.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

/// A rising tone in noise, between digital silence and full scale.
std::vector<int16_t> clip_of(double loudness, int64_t samples = 16000) {
  Rng rng(1);
  std::vector<int16_t> clip;
  for (int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / 16000.0;
    const double value =
        0.7 * std::sin(2.0 * std::numbers::pi * (300.0 + 900.0 * t) * t) + 0.05 * rng.normal();
    clip.push_back(static_cast<int16_t>(std::clamp(value * loudness * 32767.0, -32768.0, 32767.0)));
  }
  return clip;
}

double largest_difference(const std::vector<int16_t>& clip, const MelOptions& options) {
  std::vector<float> samples;
  for (const int16_t sample : clip) samples.push_back(static_cast<float>(sample) / 32768.0f);
  const Tensor expected = MelFrontEnd(options).mfcc(samples);
  const Tensor actual = FixedMfcc(options)(clip);
  EXPECT_EQ(actual.shape(), expected.shape());
  double largest = 0.0;
  for (size_t i = 0; i < expected.data<float>().size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(actual.data<float>()[i] -
                                                             expected.data<float>()[i])));
  }
  return largest;
}

TEST(FixedMfcc, is_the_float_front_end_within_a_twentieth) {
  for (const double loudness : {1.0, 0.1, 0.01}) {
    EXPECT_LT(largest_difference(clip_of(loudness), {}), 0.05) << loudness;
  }
  EXPECT_LT(largest_difference(clip_of(0.5), {.normalize_peak = false}), 0.05);
  EXPECT_LT(largest_difference(clip_of(0.5), {.window_ms = 20.0, .bands = 20, .high_hz = 8000.0}),
            0.05);
}

// Between the harmonics of a square wave there is nothing but rounding, here and there.
TEST(FixedMfcc, the_loudest_square_wave_does_not_overflow) {
  for (const size_t period : {size_t{16}, size_t{100}}) {
    std::vector<int16_t> clip;
    for (size_t i = 0; i < 1600; ++i) clip.push_back(i % period < period / 2 ? 32767 : -32768);
    EXPECT_LT(largest_difference(clip, {}), 0.25) << period;
  }
}

TEST(FixedMfcc, silence_is_the_logarithm_of_the_offset) {
  const Tensor features = FixedMfcc({})(std::vector<int16_t>(480, 0));
  EXPECT_NEAR(features.data<float>()[0], std::sqrt(80.0) * std::log(1e-6), 0.05);
  EXPECT_EQ(features.data<float>()[1], 0.0f);
}

TEST(FixedMfcc, a_row_depends_on_its_window_alone_but_for_the_level) {
  const std::vector<int16_t> clip = clip_of(0.3);
  const FixedMfcc front_end({.normalize_peak = false});
  const Tensor whole = front_end(clip);
  const Tensor row = front_end(std::span(clip).subspan(7 * 320, 480));
  EXPECT_THAT(row.data<float>(), testing::ElementsAreArray(whole.data<float>().subspan(70, 10)));
}

TEST(FixedMfcc, short_clips_and_options_out_of_range_are_errors) {
  EXPECT_THAT(error_of([] { FixedMfcc({})(std::vector<int16_t>(479)); }),
              testing::HasSubstr("one window of 480"));
  EXPECT_THAT(error_of([] { FixedMfcc({.coefficients = 41}); }),
              testing::HasSubstr("'coefficients'"));
}

TEST(FixedMfcc, prints_its_tables_as_c) {
  const std::string text = print_mfcc_tables(FixedMfcc({.bands = 20, .coefficients = 4}));
  EXPECT_THAT(text, testing::HasSubstr("MFCC_BANDS = 20,\n  MFCC_COEFFICIENTS = 4,\n"));
  EXPECT_THAT(text, testing::HasSubstr("static const mote_complex32 mfcc_twiddles[256] = {\n"
                                       "    {2147483647, 0}, "));
  EXPECT_THAT(text, testing::HasSubstr("-2147483647 - 1"));
}

}  // namespace
}  // namespace mote::data
