#include "mote/data/micro_frontend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "mote/base/error.h"
#include "mote/data/fixed_fft.h"

namespace mote::data {
namespace {

// Bits after the binary point, as in the source's headers.
constexpr int kWindowBits = 12;
constexpr int kFilterBits = 12;
constexpr int kNoiseBits = 14;
constexpr int kSnrBits = 12;
constexpr int kPcanOutputBits = 6;
constexpr int kLogBits = 16;
constexpr int kLogSegmentBits = 7;
// Configuration of micro_speech.
constexpr int kSmoothingBits = 10;
constexpr double kEvenSmoothing = 0.025;
constexpr double kOddSmoothing = 0.06;
constexpr double kMinSignalRemaining = 0.05;
constexpr double kPcanStrength = 0.95;
constexpr double kPcanOffset = 80.0;
constexpr int kPcanGainBits = 21;
constexpr int kLogScaleShift = 6;
// micro_speech divides a feature by 25.6 * 26, rounded, after multiplying it by 256.
constexpr int32_t kFeatureMultiplier = 256;
constexpr int32_t kFeatureDivisor = 666;

float mel(float hz) { return static_cast<float>(1127.0 * std::log1p(hz / 700.0)); }

/// Square root rounded to nearest.
uint32_t rounded_sqrt(uint64_t value) {
  const bool narrow = (value >> 32) == 0;
  uint64_t root = static_cast<uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  const uint64_t largest = narrow ? 0xffffu : 0xffffffffu;
  if (value - root * root > root && root < largest) ++root;
  return static_cast<uint32_t>(root);
}

/// Share of the energy of each bin that belongs to the channel it lies below; the rest belongs to
/// the channel before.
struct Filterbank {
  struct Bin {
    int64_t channel = 0;  // 0..channels
    int32_t weight = 0;
    int32_t unweight = 0;
  };
  size_t first_bin = 0;
  std::vector<Bin> bins;
};

Filterbank make_filterbank(const MicroFrontendOptions& options, int64_t fft_size) {
  const float low = mel(static_cast<float>(options.low_hz));
  const float span = mel(static_cast<float>(options.high_hz)) - low;
  const float spacing = span / static_cast<float>(options.channels + 1);
  const auto center = [&](int64_t channel) {
    return channel < 0 ? low : low + spacing * static_cast<float>(channel + 1);
  };
  const int64_t bins = fft_size / 2;
  const float hz_per_bin = static_cast<float>(0.5 * static_cast<double>(options.sample_rate) /
                                              static_cast<double>(bins));
  Filterbank bank;
  bank.first_bin = static_cast<size_t>(1.5 + options.low_hz / static_cast<double>(hz_per_bin));
  int64_t channel = 0;
  for (size_t bin = bank.first_bin;; ++bin) {
    const float at = mel(static_cast<float>(bin) * hz_per_bin);
    while (channel <= options.channels && at > center(channel)) ++channel;
    if (channel > options.channels) break;
    const float weight = (center(channel) - at) / (center(channel) - center(channel - 1));
    const auto quantize = [](double share) {
      return static_cast<int32_t>(std::floor(share * (1 << kFilterBits) + 0.5));
    };
    bank.bins.push_back({channel, quantize(weight), quantize(1.0 - static_cast<double>(weight))});
  }
  return bank;
}

/// A falling function of a 32-bit number, tabulated as a parabola per power of two.
class GainTable {
 public:
  explicit GainTable(int input_bits) : input_bits_(input_bits) {
    for (int width = 2; width <= 32; ++width) {
      const uint32_t x0 = uint32_t{1} << (width - 1);
      const uint32_t x2 = width == 32 ? x0 + (x0 - 1) : 2 * x0;
      const int32_t y0 = gain(x0);
      const int32_t rise1 = gain(x0 + (x0 >> 1)) - y0;
      const int32_t rise2 = gain(x2) - y0;
      const int32_t linear = 4 * rise1 - rise2;
      segments_[static_cast<size_t>(width)] = {y0, static_cast<int16_t>(linear),
                                               static_cast<int16_t>(rise2 - linear)};
    }
    at_zero_ = gain(0);
    at_one_ = gain(1);
  }

  int16_t operator()(uint32_t x) const {
    if (x == 0) return static_cast<int16_t>(at_zero_);
    if (x == 1) return static_cast<int16_t>(at_one_);
    const int width = std::bit_width(x);
    const Segment& segment = segments_[static_cast<size_t>(width)];
    if (x == 2) return static_cast<int16_t>(segment.start);
    const auto fraction =
        static_cast<int32_t>((width < 11 ? x << (11 - width) : x >> (width - 11)) & 0x3ffu);
    int32_t value = (segment.square * fraction) >> 5;
    value += segment.linear * 32;
    value *= fraction;
    value = (value + (1 << 14)) >> 15;
    return static_cast<int16_t>(value + segment.start);
  }

 private:
  struct Segment {
    int32_t start = 0;
    int32_t linear = 0;
    int32_t square = 0;
  };

  int32_t gain(uint32_t x) const {
    const float value = static_cast<float>(x) / static_cast<float>(uint32_t{1} << input_bits_);
    const float result =
        static_cast<float>(uint32_t{1} << kPcanGainBits) *
        std::pow(value + static_cast<float>(kPcanOffset), -static_cast<float>(kPcanStrength));
    // The front-end this equals rounds so: NOLINTNEXTLINE(bugprone-incorrect-roundings)
    return result > 32767.0f ? 32767 : static_cast<int32_t>(result + 0.5f);
  }

  int input_bits_;
  std::array<Segment, 33> segments_ = {};
  int32_t at_zero_ = 0;
  int32_t at_one_ = 0;
};

uint32_t shrink_snr(uint32_t snr) {
  if (snr < (2u << kSnrBits)) return (snr * snr) >> (2 + 2 * kSnrBits - kPcanOutputBits);
  return (snr >> (kSnrBits - kPcanOutputBits)) - (1u << kPcanOutputBits);
}

/// ln(value) with 16 fraction bits, then scaled by 2^kLogScaleShift; `value` > 1. log2(1 + f) - f
/// is interpolated between 129 tabulated points.
uint32_t scaled_log(uint32_t value) {
  constexpr int32_t kSegments = 1 << kLogSegmentBits;
  constexpr uint32_t kOne = 1u << kLogBits;
  constexpr uint32_t kLn2 = 45426;  // ln(2) with 16 fraction bits
  static const std::array<int32_t, kSegments + 2> table = [] {
    std::array<int32_t, kSegments + 2> points = {};
    for (int32_t i = 0; i < kSegments; ++i) {
      const double x = static_cast<double>(i) / kSegments;
      points[static_cast<size_t>(i)] =
          static_cast<int32_t>(std::lround((std::log2(1.0 + x) - x) * kOne));
    }
    return points;
  }();
  const int exponent = std::bit_width(value) - 1;
  const auto rest = static_cast<int64_t>(value) - (int64_t{1} << exponent);
  const auto fraction = static_cast<int32_t>(exponent < kLogBits ? rest << (kLogBits - exponent)
                                                                 : rest >> (exponent - kLogBits));
  const int32_t segment = fraction >> (kLogBits - kLogSegmentBits);
  const int32_t c0 = table[static_cast<size_t>(segment)];
  const int32_t c1 = table[static_cast<size_t>(segment) + 1];
  const int32_t within = fraction - segment * (static_cast<int32_t>(kOne) / kSegments);
  const int32_t correction = c0 + (((c1 - c0) * within) >> kLogBits);
  const uint32_t log2 =
      (static_cast<uint32_t>(exponent) << kLogBits) + static_cast<uint32_t>(fraction + correction);
  const auto loge = static_cast<uint32_t>((uint64_t{kLn2} * log2 + kOne / 2) >> kLogBits);
  return ((loge << kLogScaleShift) + kOne / 2) >> kLogBits;
}

class FrontEnd {
 public:
  explicit FrontEnd(const MicroFrontendOptions& options)
      : options_(options),
        window_samples_(options.window_ms * options.sample_rate / 1000),
        stride_samples_(options.stride_ms * options.sample_rate / 1000),
        fft_size_(static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(window_samples_)))),
        // Bits by which the filterbank's output is to be raised for the size of the FFT.
        correction_bits_(std::bit_width(static_cast<uint64_t>(fft_size_)) - 1 - kFilterBits / 2),
        fft_(fft_size_),
        filterbank_(make_filterbank(options, fft_size_)),
        gain_(kSmoothingBits - correction_bits_),
        estimates_(static_cast<size_t>(options.channels), 0) {
    for (int64_t i = 0; i < window_samples_; ++i) {
      const float step =
          static_cast<float>(2.0 * std::numbers::pi / static_cast<float>(window_samples_));
      const auto value =
          static_cast<float>(0.5 - 0.5 * std::cos(step * (static_cast<double>(i) + 0.5)));
      window_.push_back(static_cast<int32_t>(std::floor(value * (1 << kWindowBits) + 0.5)));
    }
  }

  int64_t window_samples() const { return window_samples_; }
  int64_t stride_samples() const { return stride_samples_; }

  /// The features of one window; changes the noise estimates.
  std::vector<uint16_t> next(std::span<const int16_t> samples) {
    std::vector<int16_t> windowed(static_cast<size_t>(fft_size_), 0);
    int32_t peak = 0;
    for (size_t i = 0; i < window_.size(); ++i) {
      windowed[i] = static_cast<int16_t>((samples[i] * window_[i]) >> kWindowBits);
      peak = std::max(peak, std::abs(static_cast<int32_t>(windowed[i])));
    }
    const int shift = 15 - std::bit_width(static_cast<uint32_t>(peak));
    for (int16_t& value : windowed) value = static_cast<int16_t>(value * (1 << shift));
    std::vector<uint32_t> signal = channel_magnitudes(fft_.real_forward(windowed), shift);
    reduce_noise(signal);
    std::vector<uint16_t> features;
    for (size_t c = 0; c < signal.size(); ++c) features.push_back(to_log(apply_gain(c, signal[c])));
    return features;
  }

 private:
  std::vector<uint32_t> channel_magnitudes(const std::vector<Complex16>& spectrum,
                                           int shift) const {
    std::vector<uint64_t> sums(static_cast<size_t>(options_.channels) + 2, 0);
    for (size_t i = 0; i < filterbank_.bins.size(); ++i) {
      const Complex16 bin = spectrum[filterbank_.first_bin + i];
      const auto energy =
          static_cast<uint64_t>(bin.re * bin.re) + static_cast<uint64_t>(bin.im * bin.im);
      const auto& share = filterbank_.bins[i];
      sums[static_cast<size_t>(share.channel)] += static_cast<uint64_t>(share.weight) * energy;
      sums[static_cast<size_t>(share.channel) + 1] +=
          static_cast<uint64_t>(share.unweight) * energy;
    }
    // What lies below the first centre belongs to no channel.
    std::vector<uint32_t> result;
    for (size_t c = 1; c <= static_cast<size_t>(options_.channels); ++c) {
      result.push_back(rounded_sqrt(sums[c]) >> shift);
    }
    return result;
  }

  void reduce_noise(std::vector<uint32_t>& signal) {
    constexpr double kOne = 1 << kNoiseBits;
    constexpr auto kMinRemaining = static_cast<uint32_t>(kMinSignalRemaining * kOne);
    for (size_t c = 0; c < signal.size(); ++c) {
      const auto smoothing =
          static_cast<uint32_t>((c % 2 == 0 ? kEvenSmoothing : kOddSmoothing) * kOne);
      const uint32_t scaled = signal[c] << kSmoothingBits;
      const auto estimate =
          static_cast<uint32_t>((uint64_t{scaled} * smoothing +
                                 uint64_t{estimates_[c]} * ((1u << kNoiseBits) - smoothing)) >>
                                kNoiseBits);
      estimates_[c] = estimate;
      const auto least = static_cast<uint32_t>((uint64_t{signal[c]} * kMinRemaining) >> kNoiseBits);
      signal[c] = std::max(least, (scaled - std::min(estimate, scaled)) >> kSmoothingBits);
    }
  }

  uint32_t apply_gain(size_t channel, uint32_t signal) const {
    const auto gain = static_cast<uint32_t>(gain_(estimates_[channel]));
    const int snr_shift = kPcanGainBits - correction_bits_ - kSnrBits;
    return shrink_snr(static_cast<uint32_t>((uint64_t{signal} * gain) >> snr_shift));
  }

  uint16_t to_log(uint32_t value) const {
    value = correction_bits_ < 0 ? value >> -correction_bits_ : value << correction_bits_;
    return value > 1 ? static_cast<uint16_t>(std::min<uint32_t>(scaled_log(value), 0xffff)) : 0;
  }

  MicroFrontendOptions options_;
  int64_t window_samples_;
  int64_t stride_samples_;
  int64_t fft_size_;
  int correction_bits_;
  FixedFft fft_;
  Filterbank filterbank_;
  GainTable gain_;
  std::vector<int32_t> window_;
  std::vector<uint32_t> estimates_;
};

void check(const MicroFrontendOptions& options) {
  const bool timing = options.sample_rate >= 1000 && options.sample_rate <= 48000 &&
                      options.window_ms >= 10 && options.window_ms <= 100 &&
                      options.stride_ms >= 1 && options.stride_ms <= 100;
  const bool bands = options.channels >= 1 && options.channels <= 256 && options.low_hz >= 0.0 &&
                     options.low_hz < options.high_hz &&
                     options.high_hz < 0.49 * static_cast<double>(options.sample_rate);
  if (!timing || !bands) {
    throw_error(ErrorKind::kInvalidArgument,
                "micro_speech features with sample_rate {}, window_ms {}, stride_ms {}, bands {}, "
                "{}..{} Hz; allowed: 1000..48000, 10..100, 1..100, 1..256, below 0.49 sample_rate",
                options.sample_rate, options.window_ms, options.stride_ms, options.channels,
                options.low_hz, options.high_hz);
  }
}

}  // namespace

std::vector<uint16_t> micro_frontend(std::span<const int16_t> samples,
                                     const MicroFrontendOptions& options) {
  check(options);
  FrontEnd front_end(options);
  const auto window = static_cast<size_t>(front_end.window_samples());
  if (samples.size() < window) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} samples are less than one window of {}; set 'duration_ms' in [preprocess]",
                samples.size(), window);
  }
  std::vector<uint16_t> features;
  for (size_t at = 0; at + window <= samples.size();
       at += static_cast<size_t>(front_end.stride_samples())) {
    const std::vector<uint16_t> frame = front_end.next(samples.subspan(at, window));
    features.insert(features.end(), frame.begin(), frame.end());
  }
  return features;
}

Tensor micro_speech_features(std::span<const int16_t> samples,
                             const MicroFrontendOptions& options) {
  const std::vector<uint16_t> features = micro_frontend(samples, options);
  const auto frames = static_cast<int64_t>(features.size()) / options.channels;
  Tensor tensor(DataType::kI8, {frames, options.channels});
  std::transform(
      features.begin(), features.end(), tensor.data<int8_t>().begin(), [](uint16_t value) {
        const int32_t scaled = (value * kFeatureMultiplier + kFeatureDivisor / 2) / kFeatureDivisor;
        return static_cast<int8_t>(std::clamp(scaled + kMicroSpeechZeroPoint, -128, 127));
      });
  return tensor;
}

}  // namespace mote::data
