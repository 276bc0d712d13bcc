// The 16-bit FFT that TFLite Micro's audio front-end computes: every stage halves or quarters its
// values, and every product is rounded to 15 fraction bits.
//
// Bit-exact with kissfft 1.3 built with FIXED_POINT=16 for power-of-two sizes, because features
// must equal those the networks were trained on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mote::data {

struct Complex16 {
  int16_t re = 0;
  int16_t im = 0;
};

class FixedFft {
 public:
  /// `size` is a power of two, at least 8.
  explicit FixedFft(int64_t size);

  /// `size` real samples -> size / 2 + 1 bins, scaled by 1 / size.
  std::vector<Complex16> real_forward(std::span<const int16_t> samples) const;

 private:
  void transform(Complex16* out, const Complex16* in, size_t size, size_t in_stride) const;
  void combine_two(Complex16* out, size_t quarter, size_t twiddle_step) const;
  void combine_four(Complex16* out, size_t quarter, size_t twiddle_step) const;

  size_t half_;                            // size of the complex transform
  std::vector<Complex16> twiddles_;        // exp(-2 pi i k / half)
  std::vector<Complex16> split_twiddles_;  // exp(-pi i ((k + 1) / half + 1/2))
};

}  // namespace mote::data
