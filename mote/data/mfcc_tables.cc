#include "mote/data/mfcc_tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "mote/base/error.h"

namespace mote::data {
namespace {

constexpr int64_t kSmallestFft = 8;
constexpr int kSampleBits = 15;
constexpr int kTwiddleBits = 31;
/// Keeps the logarithm finite, as in mel.cc.
constexpr double kLogOffset = 1e-6;

/// Rounded half up, into the type's range.
template <typename T>
T fixed(double value, int bits) {
  return static_cast<T>(std::clamp(std::floor(std::ldexp(value, bits) + 0.5),
                                   static_cast<double>(std::numeric_limits<T>::min()),
                                   static_cast<double>(std::numeric_limits<T>::max())));
}

double mel(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

std::vector<uint16_t> hann_window(int64_t samples) {
  std::vector<uint16_t> window;
  for (int64_t i = 0; i < samples; ++i) {
    const double turn = static_cast<double>(i) / static_cast<double>(samples);
    window.push_back(fixed<uint16_t>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * turn),
                                     MOTE_MFCC_WEIGHT_BITS));
  }
  return window;
}

std::vector<mote_complex32> twiddle_factors(int64_t fft_size) {
  std::vector<mote_complex32> twiddles;
  for (int64_t k = 0; k < fft_size / 2; ++k) {
    const double angle =
        -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(fft_size);
    twiddles.push_back({fixed<int32_t>(std::cos(angle), kTwiddleBits),
                        fixed<int32_t>(std::sin(angle), kTwiddleBits)});
  }
  return twiddles;
}

std::vector<uint16_t> log2_points() {
  constexpr int kSegments = 1 << MOTE_MFCC_LOG_SEGMENT_BITS;
  std::vector<uint16_t> points;
  for (int i = 0; i <= kSegments; ++i) {
    const double x = static_cast<double>(i) / kSegments;
    points.push_back(fixed<uint16_t>(std::log2(1.0 + x) - x, MOTE_MFCC_LOG_BITS));
  }
  return points;
}

std::vector<int32_t> dct_matrix(int64_t bands, int64_t coefficients) {
  const double scale = std::numbers::ln2 * std::sqrt(2.0 / static_cast<double>(bands));
  std::vector<int32_t> matrix;
  for (int64_t k = 0; k < coefficients; ++k) {
    for (int64_t n = 0; n < bands; ++n) {
      const double angle = std::numbers::pi * static_cast<double>(k) *
                           (static_cast<double>(n) + 0.5) / static_cast<double>(bands);
      matrix.push_back(fixed<int32_t>(scale * std::cos(angle), MOTE_MFCC_DCT_BITS));
    }
  }
  return matrix;
}

}  // namespace

FixedMfcc::FixedMfcc(const MelOptions& options) : normalize_peak_(options.normalize_peak) {
  check(options);
  const double per_ms = static_cast<double>(options.sample_rate) / 1000.0;
  const auto window = static_cast<int64_t>(options.window_ms * per_ms);
  const auto fft_size =
      std::max(kSmallestFft, static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(window))));
  window_ = hann_window(window);
  twiddles_ = twiddle_factors(fft_size);
  log2_table_ = log2_points();
  dct_ = dct_matrix(options.bands, options.coefficients);
  tables_.window_samples = static_cast<int32_t>(window);
  tables_.stride_samples = static_cast<int32_t>(options.stride_ms * per_ms);
  tables_.fft_size = static_cast<int32_t>(fft_size);
  tables_.bands = static_cast<int32_t>(options.bands);
  tables_.coefficients = static_cast<int32_t>(options.coefficients);
  add_shares(options);
  // The transform divides by fft_size.
  tables_.unit_log2 = kSampleBits + 2 * MOTE_MFCC_WEIGHT_BITS -
                      (std::bit_width(static_cast<uint64_t>(fft_size)) - 1);
  tables_.log_offset = std::max(1u, fixed<uint32_t>(kLogOffset, tables_.unit_log2));
  tables_.level_scale = fixed<int32_t>(
      std::numbers::ln2 * std::sqrt(2.0 * static_cast<double>(options.bands)), MOTE_MFCC_LOG_BITS);
  tables_.window = window_.data();
  tables_.twiddles = twiddles_.data();
  tables_.shares = shares_.data();
  tables_.log2_table = log2_table_.data();
  tables_.dct = dct_.data();
}

// Each bin between the edges lies on the rising side of one band and the falling side of the one
// before; band b rises from the b-th of bands + 2 points that are evenly spaced in mel.
void FixedMfcc::add_shares(const MelOptions& options) {
  const double low = mel(options.low_hz);
  const double step = (mel(options.high_hz) - low) / static_cast<double>(options.bands + 1);
  const double hz_per_bin =
      static_cast<double>(options.sample_rate) / static_cast<double>(tables_.fft_size);
  for (int32_t bin = 1; bin < tables_.fft_size / 2; ++bin) {
    const double place = (mel(static_cast<double>(bin) * hz_per_bin) - low) / step;
    if (place < 0.0) continue;
    if (place >= static_cast<double>(options.bands + 1)) break;
    if (shares_.empty()) tables_.first_bin = bin;
    const double band = std::floor(place);
    shares_.push_back(
        {static_cast<int16_t>(band), fixed<uint16_t>(place - band, MOTE_MFCC_WEIGHT_BITS)});
  }
  tables_.bins = static_cast<int32_t>(shares_.size());
}

Tensor FixedMfcc::operator()(std::span<const int16_t> samples) const {
  const auto window = static_cast<size_t>(tables_.window_samples);
  const auto stride = static_cast<size_t>(tables_.stride_samples);
  if (samples.size() < window) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} samples are less than one window of {}; set 'duration_ms' in [preprocess]",
                samples.size(), window);
  }
  const size_t frames = 1 + (samples.size() - window) / stride;
  const auto coefficients = static_cast<size_t>(tables_.coefficients);
  const int32_t peak = normalize_peak_ ? *std::ranges::max_element(samples) : 0;
  const int32_t level = mote_mfcc_level(&tables_, peak);
  std::vector<mote_complex32> spectrum(static_cast<size_t>(tables_.fft_size / 2));
  std::vector<int64_t> bands(static_cast<size_t>(tables_.bands));
  std::vector<int16_t> row(coefficients);
  Tensor features(DataType::kF32,
                  {static_cast<int64_t>(frames), static_cast<int64_t>(coefficients)});
  for (size_t f = 0; f < frames; ++f) {
    mote_mfcc_frame(&tables_, samples.data() + f * stride, {spectrum.data(), bands.data()},
                    row.data());
    row[0] = mote_mfcc_at_level(row[0], level);
    std::ranges::transform(row, features.data<float>().begin() + f * coefficients, [](int16_t c) {
      return std::ldexp(static_cast<float>(c), -MOTE_MFCC_FRACTION_BITS);
    });
  }
  return features;
}

namespace {

/// `count` elements as text, wrapped.
template <typename Element>
std::string array(std::string_view declaration, int64_t count, const Element& element) {
  constexpr size_t kColumns = 96;
  std::string text = fmt::format("static const {}[{}] = {{", declaration, count);
  size_t line = kColumns;
  for (int64_t i = 0; i < count; ++i) {
    const std::string item = element(static_cast<size_t>(i)) + ",";
    if (line + item.size() + 1 > kColumns) {
      text += "\n   ";
      line = 3;
    }
    text += " " + item;
    line += item.size() + 1;
  }
  return text + "\n};\n";
}

std::string pair(int64_t a, int64_t b) { return fmt::format("{{{}, {}}}", a, b); }

/// The smallest 32-bit integer has no literal of its type.
std::string literal(int32_t value) {
  return value == std::numeric_limits<int32_t>::min() ? "-2147483647 - 1"
                                                      : fmt::format("{}", value);
}

}  // namespace

std::string print_mfcc_tables(const FixedMfcc& front_end) {
  const mote_mfcc_tables& t = front_end.tables();
  std::string text = fmt::format(
      "/* Tables of fixed_mfcc.h, written by mote. */\n#ifndef FRONT_END_TABLES_H\n"
      "#define FRONT_END_TABLES_H\n\n#include \"fixed_mfcc.h\"\n\n"
      "enum {{\n  MFCC_WINDOW = {},\n  MFCC_STRIDE = {},\n  MFCC_FFT = {},\n  MFCC_BANDS = {},\n"
      "  MFCC_COEFFICIENTS = {},\n}};\n\n",
      t.window_samples, t.stride_samples, t.fft_size, t.bands, t.coefficients);
  text += array("uint16_t mfcc_window", t.window_samples,
                [&](size_t i) { return fmt::format("{}", t.window[i]); });
  text += array("mote_complex32 mfcc_twiddles", t.fft_size / 2, [&](size_t i) {
    return fmt::format("{{{}, {}}}", literal(t.twiddles[i].re), literal(t.twiddles[i].im));
  });
  text += array("mote_mfcc_share mfcc_shares", t.bins,
                [&](size_t i) { return pair(t.shares[i].band, t.shares[i].rising); });
  text += array("uint16_t mfcc_log2", (1 << MOTE_MFCC_LOG_SEGMENT_BITS) + 1,
                [&](size_t i) { return fmt::format("{}", t.log2_table[i]); });
  text += array("int32_t mfcc_dct", int64_t{t.coefficients} * t.bands,
                [&](size_t i) { return literal(t.dct[i]); });
  text += fmt::format(
      "static const mote_mfcc_tables mfcc_tables = {{\n"
      "    MFCC_WINDOW, MFCC_STRIDE, MFCC_FFT, MFCC_BANDS, MFCC_COEFFICIENTS,\n"
      "    {}, {}, {}, {}, {},\n"
      "    mfcc_window, mfcc_twiddles, mfcc_shares, mfcc_log2, mfcc_dct,\n}};\n\n"
      "#endif /* FRONT_END_TABLES_H */\n",
      t.first_bin, t.bins, t.log_offset, t.unit_log2, t.level_scale);
  return text;
}

}  // namespace mote::data
