#include "mote/data/audio.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "mote/data/test_files.h"

namespace mote::data {

std::string wav_of(const std::vector<int16_t>& samples, uint32_t sample_rate, uint16_t channels) {
  const auto bytes = wav_bytes(samples, sample_rate, channels);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

namespace {

TEST(Audio, sixteen_bit_samples_are_divided_by_32768) {
  const Audio audio = decode_audio(bytes_of(wav_of({0, 16384, -32768, 32767}, 16000)), "'a.wav'");
  EXPECT_EQ(audio.sample_rate, 16000);
  EXPECT_THAT(audio.samples, testing::ElementsAre(0.0f, 0.5f, -1.0f, 32767.0f / 32768.0f));
  EXPECT_THAT(to_int16(audio.samples), testing::ElementsAre(0, 16384, -32768, 32767));
}

TEST(Audio, channels_are_averaged) {
  const std::string stereo = wav_of({16384, 0, -16384, -16384}, 8000, 2);
  EXPECT_THAT(decode_audio(bytes_of(stereo), "'a.wav'").samples,
              testing::ElementsAre(0.25f, -0.5f));
}

TEST(Audio, damaged_files_are_errors) {
  const std::string whole = wav_of(std::vector<int16_t>(100, 5), 16000);
  for (size_t size = 0; size < whole.size(); size += 3) {
    EXPECT_THROW(decode_audio(bytes_of(whole.substr(0, size)), "'a.wav'"), Error) << size;
  }
  EXPECT_THAT(error_of([] { decode_audio(bytes_of("this is a text file"), "'a.txt'"); }),
              testing::HasSubstr("'a.txt' is neither"));
}

TEST(Audio, a_sine_survives_resampling) {
  constexpr double kHz = 440.0;
  Audio audio{44100, {}};
  for (int i = 0; i < 4410; ++i) {
    audio.samples.push_back(
        static_cast<float>(std::sin(2.0 * std::numbers::pi * kHz * i / 44100.0)));
  }
  const Audio result = resampled(audio, 16000);
  EXPECT_EQ(result.samples.size(), 1600u);
  for (size_t i = 100; i < 1500; ++i) {
    const double expected =
        std::sin(2.0 * std::numbers::pi * kHz * static_cast<double>(i) / 16000.0);
    EXPECT_NEAR(result.samples[i], expected, 2e-3) << i;
  }
}

TEST(Audio, resampling_removes_what_the_lower_rate_cannot_hold) {
  Audio audio{48000, {}};
  for (int i = 0; i < 4800; ++i) {
    audio.samples.push_back(
        static_cast<float>(std::sin(2.0 * std::numbers::pi * 12000.0 * i / 48000.0)));
  }
  const Audio result = resampled(audio, 16000);
  for (size_t i = 100; i < 1500; ++i) EXPECT_NEAR(result.samples[i], 0.0, 5e-3) << i;
}

}  // namespace
}  // namespace mote::data
