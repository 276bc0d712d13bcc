#include "mote/data/fixed_fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "mote/base/random.h"

namespace mote::data {
namespace {

TEST(FixedFft, is_the_transform_divided_by_its_size_within_three_steps) {
  for (int size : {8, 16, 32, 256, 512, 1024}) {
    Rng rng(static_cast<uint64_t>(size));
    std::vector<int16_t> samples;
    for (int i = 0; i < size; ++i)
      samples.push_back(static_cast<int16_t>(rng.integer(-32768, 32767)));
    const std::vector<Complex16> bins = FixedFft(size).real_forward(samples);
    ASSERT_EQ(bins.size(), static_cast<size_t>(size / 2 + 1));
    for (int k = 0; k <= size / 2; ++k) {
      std::complex<double> expected = 0.0;
      for (int i = 0; i < size; ++i) {
        expected += static_cast<double>(samples[static_cast<size_t>(i)]) *
                    std::polar(1.0 / size, -2.0 * std::numbers::pi * k * i / size);
      }
      EXPECT_NEAR(bins[static_cast<size_t>(k)].re, expected.real(), 3.0) << size << " " << k;
      EXPECT_NEAR(bins[static_cast<size_t>(k)].im, expected.imag(), 3.0) << size << " " << k;
    }
  }
}

}  // namespace
}  // namespace mote::data
