#include "mote/data/fixed_fft.h"

#include <cmath>
#include <numbers>

namespace mote::data {
namespace {

constexpr int kFractionBits = 15;
constexpr int32_t kOne = 32767;
constexpr int32_t kHalfUlp = 1 << (kFractionBits - 1);

int16_t round_fraction(int32_t value) {
  return static_cast<int16_t>((value + kHalfUlp) >> kFractionBits);
}

Complex16 multiply(Complex16 a, Complex16 b) {
  return {round_fraction(a.re * b.re - a.im * b.im), round_fraction(a.re * b.im + a.im * b.re)};
}

Complex16 divide(Complex16 a, int32_t divisor) {
  return {round_fraction(a.re * (kOne / divisor)), round_fraction(a.im * (kOne / divisor))};
}

Complex16 add(Complex16 a, Complex16 b) {
  return {static_cast<int16_t>(a.re + b.re), static_cast<int16_t>(a.im + b.im)};
}

Complex16 subtract(Complex16 a, Complex16 b) {
  return {static_cast<int16_t>(a.re - b.re), static_cast<int16_t>(a.im - b.im)};
}

Complex16 unit(double angle) {
  const auto fixed = [](double value) {
    return static_cast<int16_t>(std::floor(0.5 + kOne * value));
  };
  return {fixed(std::cos(angle)), fixed(std::sin(angle))};
}

}  // namespace

FixedFft::FixedFft(int64_t size) : half_(static_cast<size_t>(size / 2)) {
  const double count = static_cast<double>(half_);
  for (size_t k = 0; k < half_; ++k) {
    twiddles_.push_back(unit(-2.0 * std::numbers::pi * static_cast<double>(k) / count));
  }
  for (size_t k = 0; k < half_ / 2; ++k) {
    split_twiddles_.push_back(unit(-std::numbers::pi * (static_cast<double>(k + 1) / count + 0.5)));
  }
}

void FixedFft::combine_two(Complex16* out, size_t quarter, size_t twiddle_step) const {
  for (size_t k = 0; k < quarter; ++k) {
    const Complex16 even = divide(out[k], 2);
    const Complex16 odd = multiply(divide(out[k + quarter], 2), twiddles_[k * twiddle_step]);
    out[k + quarter] = subtract(even, odd);
    out[k] = add(even, odd);
  }
}

void FixedFft::combine_four(Complex16* out, size_t quarter, size_t twiddle_step) const {
  for (size_t k = 0; k < quarter; ++k) {
    const auto twiddled = [&](size_t part) {
      return multiply(divide(out[k + part * quarter], 4), twiddles_[k * part * twiddle_step]);
    };
    const Complex16 first = divide(out[k], 4);
    const Complex16 one = twiddled(1);
    const Complex16 two = twiddled(2);
    const Complex16 three = twiddled(3);
    const Complex16 even_difference = subtract(first, two);
    const Complex16 even_sum = add(first, two);
    const Complex16 odd_sum = add(one, three);
    const Complex16 odd_difference = subtract(one, three);
    out[k] = add(even_sum, odd_sum);
    out[k + 2 * quarter] = subtract(even_sum, odd_sum);
    // Multiplying by -i turns (re, im) into (im, -re).
    const Complex16 turned = {odd_difference.im, static_cast<int16_t>(-odd_difference.re)};
    out[k + quarter] = add(even_difference, turned);
    out[k + 3 * quarter] = subtract(even_difference, turned);
  }
}

void FixedFft::transform(Complex16* out, const Complex16* in, size_t size, size_t in_stride) const {
  if (size == 1) {
    out[0] = in[0];
    return;
  }
  // Radix four first, so that a size of 2 * 4^n ends with one stage of two.
  const size_t radix = size % 4 == 0 ? 4 : 2;
  const size_t quarter = size / radix;
  for (size_t part = 0; part < radix; ++part) {
    transform(out + part * quarter, in + part * in_stride, quarter, in_stride * radix);
  }
  if (radix == 4) {
    combine_four(out, quarter, in_stride);
  } else {
    combine_two(out, quarter, in_stride);
  }
}

std::vector<Complex16> FixedFft::real_forward(std::span<const int16_t> samples) const {
  std::vector<Complex16> packed(half_);
  for (size_t i = 0; i < half_; ++i) packed[i] = {samples[2 * i], samples[2 * i + 1]};
  std::vector<Complex16> spectrum(half_);
  transform(spectrum.data(), packed.data(), half_, 1);

  std::vector<Complex16> bins(half_ + 1);
  const Complex16 dc = divide(spectrum[0], 2);
  bins[0] = {static_cast<int16_t>(dc.re + dc.im), 0};
  bins[half_] = {static_cast<int16_t>(dc.re - dc.im), 0};
  for (size_t k = 1; k <= half_ / 2; ++k) {
    const Complex16 a = divide(spectrum[k], 2);
    const Complex16 mirrored = spectrum[half_ - k];
    const Complex16 b = divide({mirrored.re, static_cast<int16_t>(-mirrored.im)}, 2);
    const Complex16 sum = add(a, b);
    const Complex16 turned = multiply(subtract(a, b), split_twiddles_[k - 1]);
    bins[k] = {static_cast<int16_t>((sum.re + turned.re) >> 1),
               static_cast<int16_t>((sum.im + turned.im) >> 1)};
    bins[half_ - k] = {static_cast<int16_t>((sum.re - turned.re) >> 1),
                       static_cast<int16_t>((turned.im - sum.im) >> 1)};
  }
  return bins;
}

}  // namespace mote::data
