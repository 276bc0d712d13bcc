#include "mote/data/micro_frontend.h"

#include <gmock/gmock.h>

#include "mote/base/random.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

/// The clip, configuration and outputs of TFLite Micro's frontend_test: 1 kHz, windows of 25
/// samples every 10, two channels from 8 to 450 Hz.
TEST(MicroFrontend, equals_the_published_outputs_of_two_windows) {
  std::vector<int16_t> clip;
  for (int i = 0; i < 9; ++i) clip.insert(clip.end(), {0, 32767, 0, -32768});
  const MicroFrontendOptions options{.sample_rate = 1000,
                                     .window_ms = 25,
                                     .stride_ms = 10,
                                     .channels = 2,
                                     .low_hz = 8.0,
                                     .high_hz = 450.0};
  EXPECT_THAT(micro_frontend(clip, options), testing::ElementsAre(479, 425, 436, 378));
}

TEST(MicroFrontend, one_second_gives_49_frames_of_40_bytes) {
  Rng rng(3);
  std::vector<int16_t> clip(16000);
  for (int16_t& sample : clip) sample = static_cast<int16_t>(rng.integer(-3000, 3000));
  const Tensor features = micro_speech_features(clip, {});
  EXPECT_EQ(features.shape(), Shape({49, 40}));
  EXPECT_EQ(features.dtype(), DataType::kI8);
}

TEST(MicroFrontend, silence_is_the_lowest_value) {
  const Tensor features = micro_speech_features(std::vector<int16_t>(16000, 0), {});
  EXPECT_THAT(features.data<int8_t>(), testing::Each(-128));
}

TEST(MicroFrontend, options_out_of_range_are_errors) {
  EXPECT_THROW(micro_frontend(std::vector<int16_t>(16000), {.high_hz = 8000.0}), Error);
  EXPECT_THROW(micro_frontend(std::vector<int16_t>(100), {}), Error);
}

}  // namespace
}  // namespace mote::data
