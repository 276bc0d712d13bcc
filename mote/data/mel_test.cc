#include "mote/data/mel.h"

#include <gmock/gmock.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "mote/base/random.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

constexpr double kPi = std::numbers::pi;

/// MFCCs in double precision by the definitions, with a discrete Fourier transform term by term.
std::vector<double> slow_mfcc(const std::vector<float>& clip, size_t at) {
  constexpr int kWindow = 480, kFft = 512, kBands = 40, kCoefficients = 10;
  const double peak = *std::max_element(clip.begin(), clip.end());
  std::vector<double> magnitude;
  for (int bin = 0; bin <= kFft / 2; ++bin) {
    std::complex<double> sum = 0.0;
    for (int i = 0; i < kWindow; ++i) {
      const double hann = 0.5 * (1.0 - std::cos(2.0 * kPi * i / kWindow));
      sum += clip[at + static_cast<size_t>(i)] / peak * hann *
             std::polar(1.0, -2.0 * kPi * bin * i / kFft);
    }
    magnitude.push_back(std::abs(sum));
  }
  const auto mel = [](double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); };
  const auto edge = [&](int i) { return mel(20.0) + (mel(4000.0) - mel(20.0)) * i / (kBands + 1); };
  std::vector<double> logs;
  for (int band = 0; band < kBands; ++band) {
    double sum = 0.0;
    for (int bin = 1; bin <= kFft / 2; ++bin) {
      const double x = mel(16000.0 * bin / kFft);
      const double rise = (x - edge(band)) / (edge(band + 1) - edge(band));
      const double fall = (edge(band + 2) - x) / (edge(band + 2) - edge(band + 1));
      sum += magnitude[static_cast<size_t>(bin)] * std::max(0.0, std::min(rise, fall));
    }
    logs.push_back(std::log(sum + 1e-6));
  }
  std::vector<double> coefficients;
  for (int k = 0; k < kCoefficients; ++k) {
    double sum = 0.0;
    for (int n = 0; n < kBands; ++n) {
      sum += logs[static_cast<size_t>(n)] * std::cos(kPi * k * (2 * n + 1) / (2.0 * kBands));
    }
    coefficients.push_back(2.0 * sum / std::sqrt(2.0 * kBands));
  }
  return coefficients;
}

std::vector<float> noisy_clip(size_t samples) {
  Rng rng(1);
  std::vector<float> clip(samples);
  for (size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / 16000.0;
    clip[i] = static_cast<float>(0.3 * std::sin(2.0 * kPi * (300.0 + 900.0 * t) * t) +
                                 0.02 * rng.normal());
  }
  return clip;
}

TEST(MelFrontEnd, mfcc_equals_the_definition_in_double_precision) {
  const std::vector<float> clip = noisy_clip(16000);
  const Tensor features = MelFrontEnd({}).mfcc(clip);
  ASSERT_EQ(features.shape(), Shape({49, 10}));
  for (size_t frame : {size_t{0}, size_t{1}, size_t{17}, size_t{48}}) {
    const std::vector<double> expected = slow_mfcc(clip, frame * 320);
    for (size_t k = 0; k < 10; ++k) {
      EXPECT_NEAR(features.data<float>()[frame * 10 + k], expected[k], 2e-3) << frame << " " << k;
    }
  }
}

TEST(MelFrontEnd, silence_gives_the_logarithm_of_the_offset) {
  const std::vector<float> clip(16000, 0.0f);
  const Tensor bands = MelFrontEnd({}).log_mel(clip);
  ASSERT_EQ(bands.shape(), Shape({49, 40}));
  EXPECT_THAT(bands.data<float>(), testing::Each(testing::FloatNear(std::log(1e-6f), 1e-5f)));
}

TEST(MelFrontEnd, loudness_does_not_matter_when_the_peak_is_normalized) {
  const std::vector<float> clip = noisy_clip(1600);
  std::vector<float> quiet = clip;
  for (float& sample : quiet) sample *= 0.125f;
  const Tensor a = MelFrontEnd({}).mfcc(clip);
  const Tensor b = MelFrontEnd({}).mfcc(quiet);
  for (size_t i = 0; i < a.data<float>().size(); ++i) {
    EXPECT_NEAR(a.data<float>()[i], b.data<float>()[i], 1e-4);
  }
}

TEST(MelFrontEnd, options_out_of_range_and_short_clips_are_errors) {
  EXPECT_THAT(error_of([] { MelFrontEnd({.high_hz = 9000.0}); }), testing::HasSubstr("'high_hz'"));
  EXPECT_THAT(error_of([] { MelFrontEnd({.coefficients = 41}); }),
              testing::HasSubstr("'coefficients'"));
  EXPECT_THAT(error_of([] { MelFrontEnd({}).mfcc(std::vector<float>(479)); }),
              testing::HasSubstr("one window of 480"));
}

}  // namespace
}  // namespace mote::data
