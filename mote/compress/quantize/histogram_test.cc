#include "mote/compress/quantize/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mote/base/random.h"

namespace mote {
namespace {

std::vector<float> heavy_tailed(uint64_t seed, size_t count) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& v : values) {
    const double z = rng.normal();
    v = static_cast<float>(z * std::exp(0.6 * std::abs(z)));
  }
  return values;
}

TEST(Histogram, is_the_same_however_values_are_split_and_ordered) {
  const std::vector<float> values = heavy_tailed(3, 10000);
  RangeHistogram whole;
  whole.add(values);
  RangeHistogram parts;
  for (size_t first = values.size(); first > 0; first -= 125) {
    RangeHistogram part;
    part.add(std::span(values).subspan(first - 125, 125));
    parts.merge(part);
  }
  EXPECT_EQ(whole.count(), parts.count());
  EXPECT_EQ(whole.bin_width(), parts.bin_width());
  EXPECT_TRUE(std::equal(whole.bins().begin(), whole.bins().end(), parts.bins().begin()));
}

TEST(Histogram, percentile_is_exact_to_one_bin) {
  std::vector<float> values = heavy_tailed(5, 400000);
  RangeHistogram histogram;
  histogram.add(values);
  std::sort(values.begin(), values.end());
  const auto tail =
      static_cast<size_t>(RangeHistogram::kPercentileTail * static_cast<double>(values.size()));
  const RealRange range = histogram.range(RangeMethod::kPercentile, 256);
  EXPECT_NEAR(range.high, values[values.size() - 1 - tail], histogram.bin_width());
  EXPECT_NEAR(range.low, values[tail], histogram.bin_width());
}

TEST(Histogram, mse_range_errs_no_more_than_any_other) {
  RangeHistogram histogram;
  histogram.add(heavy_tailed(9, 100000));
  const double best = histogram.quantization_error(histogram.range(RangeMethod::kMse, 256), 256);
  for (const RangeMethod method :
       {RangeMethod::kMinMax, RangeMethod::kPercentile, RangeMethod::kEntropy}) {
    EXPECT_LE(best, 1.001 * histogram.quantization_error(histogram.range(method, 256), 256))
        << name(method);
  }
}

// Half of the values are 0, as behind a ReLU: they must not pull the range together.
TEST(Histogram, entropy_range_of_rectified_values_keeps_nearly_all_of_them) {
  Rng rng(11);
  std::vector<float> values(200000);
  for (float& v : values) v = std::max(0.0f, static_cast<float>(rng.normal()));
  RangeHistogram histogram;
  histogram.add(values);
  const RealRange range = histogram.range(RangeMethod::kEntropy, 256);
  EXPECT_GT(range.high, 3.0f);
}

TEST(Histogram, ranges_contain_zero) {
  RangeHistogram histogram;
  const std::vector<float> values{2.0f, 3.0f, 5.0f};
  histogram.add(values);
  for (const RangeMethod method : enum_values(RangeMethod{})) {
    const RealRange range = histogram.range(method, 256);
    EXPECT_LE(range.low, 0.0f) << name(method);
    EXPECT_GE(range.high, 0.0f) << name(method);
  }
}

}  // namespace
}  // namespace mote
