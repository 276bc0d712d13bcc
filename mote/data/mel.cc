#include "mote/data/mel.h"

#include <kiss_fftr.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numbers>

#include "mote/base/error.h"

namespace mote::data {
namespace {

/// Keeps the logarithm finite (MLPerf Tiny kws reference).
constexpr float kLogOffset = 1e-6f;
constexpr int64_t kMaxSampleRate = 384000;
constexpr int64_t kMaxBands = 1024;
constexpr double kMaxWindowMs = 1000.0;

double mel(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

/// Weights of the bands in each bin, [bins, bands]; a bin's weight rises and falls linearly in mel.
std::vector<float> mel_weights(const MelOptions& options, int64_t bins) {
  std::vector<float> weights(static_cast<size_t>(bins * options.bands));
  const double low = mel(options.low_hz);
  const double step = (mel(options.high_hz) - low) / static_cast<double>(options.bands + 1);
  const double hz_per_bin =
      static_cast<double>(options.sample_rate) / 2.0 / static_cast<double>(bins - 1);
  for (int64_t bin = 1; bin < bins; ++bin) {
    const double at = mel(static_cast<double>(bin) * hz_per_bin);
    for (int64_t band = 0; band < options.bands; ++band) {
      const double left = low + step * static_cast<double>(band);
      const double rise = (at - left) / step;
      const double fall = (left + 2.0 * step - at) / step;
      weights[static_cast<size_t>(bin * options.bands + band)] =
          static_cast<float>(std::max(0.0, std::min(rise, fall)));
    }
  }
  return weights;
}

std::vector<float> dct_matrix(int64_t bands, int64_t coefficients) {
  std::vector<float> matrix(static_cast<size_t>(bands * coefficients));
  const double scale = std::sqrt(2.0 / static_cast<double>(bands));
  for (int64_t n = 0; n < bands; ++n) {
    for (int64_t k = 0; k < coefficients; ++k) {
      const double angle = std::numbers::pi * static_cast<double>(k) *
                           (static_cast<double>(n) + 0.5) / static_cast<double>(bands);
      matrix[static_cast<size_t>(n * coefficients + k)] =
          static_cast<float>(scale * std::cos(angle));
    }
  }
  return matrix;
}

/// [rows, inner] x [inner, columns].
void multiply(std::span<const float> a, std::span<const float> b, std::span<float> product) {
  const size_t columns = product.size();
  std::vector<double> sums(columns, 0.0);
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == 0.0f) continue;
    for (size_t j = 0; j < columns; ++j) {
      sums[j] += static_cast<double>(a[i]) * static_cast<double>(b[i * columns + j]);
    }
  }
  std::transform(sums.begin(), sums.end(), product.begin(),
                 [](double sum) { return static_cast<float>(sum); });
}

float peak_gain(std::span<const float> samples) {
  const float peak = samples.empty() ? 0.0f : *std::max_element(samples.begin(), samples.end());
  return peak > 0.0f ? 1.0f / peak : 1.0f;
}

}  // namespace

void check(const MelOptions& options) {
  const auto require = [](bool ok, const char* option, double value, const char* allowed) {
    if (!ok) {
      throw_error(ErrorKind::kInvalidArgument, "'{}' is {}; allowed: {}", option, value, allowed);
    }
  };
  const auto as_double = [](int64_t value) { return static_cast<double>(value); };
  require(options.sample_rate >= 1000 && options.sample_rate <= kMaxSampleRate, "sample_rate",
          as_double(options.sample_rate), "1000..384000 Hz");
  require(options.window_ms >= 1.0 && options.window_ms <= kMaxWindowMs, "window_ms",
          options.window_ms, "1..1000");
  require(options.stride_ms >= 1.0 && options.stride_ms <= kMaxWindowMs, "stride_ms",
          options.stride_ms, "1..1000");
  require(options.bands >= 1 && options.bands <= kMaxBands, "bands", as_double(options.bands),
          "1..1024");
  require(options.coefficients >= 1 && options.coefficients <= options.bands, "coefficients",
          as_double(options.coefficients), "1..bands");
  require(options.low_hz >= 0.0 && options.low_hz < options.high_hz, "low_hz", options.low_hz,
          "0 and up, below high_hz");
  require(options.high_hz <= as_double(options.sample_rate) / 2.0, "high_hz", options.high_hz,
          "up to half of sample_rate");
}

MelFrontEnd::MelFrontEnd(const MelOptions& options) : options_(options) {
  check(options);
  const double per_ms = static_cast<double>(options.sample_rate) / 1000.0;
  window_samples_ = static_cast<int64_t>(options.window_ms * per_ms);
  stride_samples_ = static_cast<int64_t>(options.stride_ms * per_ms);
  fft_size_ = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(window_samples_)));
  window_.resize(static_cast<size_t>(window_samples_));
  for (size_t i = 0; i < window_.size(); ++i) {
    const double turn = static_cast<double>(i) / static_cast<double>(window_samples_);
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * turn));
  }
  mel_weights_ = mel_weights(options, fft_size_ / 2 + 1);
  dct_ = dct_matrix(options.bands, options.coefficients);
}

int64_t MelFrontEnd::frames(int64_t samples) const {
  return samples < window_samples_ ? 0 : 1 + (samples - window_samples_) / stride_samples_;
}

Tensor MelFrontEnd::log_mel(std::span<const float> samples) const {
  const int64_t count = frames(static_cast<int64_t>(samples.size()));
  if (count == 0) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} samples are less than one window of {}; set 'duration_ms' in [preprocess]",
                samples.size(), window_samples_);
  }
  const float gain = options_.normalize_peak ? peak_gain(samples) : 1.0f;
  // The plan holds scratch memory, so each call has its own.
  const std::unique_ptr<kiss_fftr_state, void (*)(void*)> plan(
      kiss_fftr_alloc(static_cast<int>(fft_size_), 0, nullptr, nullptr), std::free);
  std::vector<float> frame(static_cast<size_t>(fft_size_), 0.0f);
  std::vector<kiss_fft_cpx> spectrum(static_cast<size_t>(fft_size_ / 2 + 1));
  std::vector<float> magnitude(spectrum.size());
  Tensor features(DataType::kF32, {count, options_.bands});
  for (int64_t f = 0; f < count; ++f) {
    const float* from = samples.data() + f * stride_samples_;
    for (size_t i = 0; i < window_.size(); ++i) frame[i] = from[i] * gain * window_[i];
    kiss_fftr(plan.get(), frame.data(), spectrum.data());
    std::transform(
        spectrum.begin(), spectrum.end(), magnitude.begin(),
        [](const kiss_fft_cpx& bin) { return std::sqrt(bin.r * bin.r + bin.i * bin.i); });
    const auto row = features.data<float>().subspan(static_cast<size_t>(f * options_.bands),
                                                    static_cast<size_t>(options_.bands));
    multiply(magnitude, mel_weights_, row);
    for (float& value : row) value = std::log(value + kLogOffset);
  }
  return features;
}

Tensor MelFrontEnd::mfcc(std::span<const float> samples) const {
  const Tensor bands = log_mel(samples);
  Tensor features(DataType::kF32, {bands.shape()[0], options_.coefficients});
  const auto in = static_cast<size_t>(options_.bands);
  const auto out = static_cast<size_t>(options_.coefficients);
  for (size_t f = 0; f < static_cast<size_t>(bands.shape()[0]); ++f) {
    multiply(bands.data<float>().subspan(f * in, in), dct_,
             features.data<float>().subspan(f * out, out));
  }
  return features;
}

}  // namespace mote::data
