// Runs the kernel over its own input, at the distance that it declares and on fresh memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "mote/base/random.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/kernel_table.h"

extern "C" const mote_kernel mote_kernels_depthwise_conv_2d_in_place[];

namespace {

using mote::Rng;

struct Layer {
  mote_depthwise_conv_2d_params params = {};
  mote_multiplier multiplier = {1 << 30, -4};
  std::vector<int8_t> x, w;
  std::vector<int32_t> bias;

  explicit Layer(Rng& rng) {
    const auto pick = [&](int low, int high) {
      return static_cast<int32_t>(rng.integer(low, high));
    };
    mote_depthwise_conv_2d_params& p = params;
    p.n = pick(1, 2), p.ic = pick(1, 40), p.multiplier = 1;
    p.kh = pick(1, 4), p.kw = pick(1, 3);
    p.stride_h = pick(1, 3), p.stride_w = pick(1, 2);
    p.dilation_h = pick(1, 2), p.dilation_w = pick(1, 2);
    p.pad_top = pick(0, p.kh), p.pad_left = pick(0, 1);
    p.h = pick(1, 9), p.w = pick(2, 7);
    p.oh = pick(1, 9), p.ow = pick(1, 7);
    p.x_zero_point = pick(-9, 9);
    p.output = {&multiplier, nullptr, 0, pick(-9, 9), -128, 127, MOTE_ROUND_DOUBLE};
    x = bytes(rng, int64_t{p.n} * p.h * p.w * p.ic);
    w = bytes(rng, int64_t{p.kh} * p.kw * p.ic);
    for (int32_t c = 0; c < p.ic; ++c) bias.push_back(pick(-1000, 1000));
  }
  Layer(const Layer&) = delete;

  static std::vector<int8_t> bytes(Rng& rng, int64_t count) {
    std::vector<int8_t> result(static_cast<size_t>(count));
    for (int8_t& b : result) b = static_cast<int8_t>(rng.integer(-128, 127));
    return result;
  }
  int64_t y_size() const { return int64_t{params.n} * params.oh * params.ow * params.ic; }

  std::vector<int8_t> expected() const {
    std::vector<int8_t> y(static_cast<size_t>(y_size()));
    mote_depthwise_conv_2d_i8_reference(&params, x.data(), w.data(), bias.data(), y.data());
    return y;
  }

  // With y `distance` bytes below x in one block of memory.
  std::vector<int8_t> at_distance(int64_t distance) const {
    const mote_kernel& kernel = mote_kernels_depthwise_conv_2d_in_place[0];
    const auto x_size = static_cast<int64_t>(x.size());
    const int64_t x_at = std::max<int64_t>(0, distance);
    const int64_t y_at = x_at - distance;
    std::vector<int8_t> memory(static_cast<size_t>(std::max(x_at + x_size, y_at + y_size())));
    std::copy(x.begin(), x.end(), memory.begin() + x_at);
    std::vector<int8_t> scratch(static_cast<size_t>(kernel.scratch_bytes(&params)));
    const void* inputs[] = {memory.data() + x_at, w.data(), bias.data()};
    void* outputs[] = {memory.data() + y_at};
    const mote_kernel_args args = {&params, nullptr, inputs, outputs, scratch.data(), 0, 1};
    kernel.run(&args);
    return {memory.begin() + y_at, memory.begin() + y_at + y_size()};
  }
};

TEST(DepthwiseInPlace, equals_the_reference_at_any_allowed_distance) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const Layer layer(rng);
    const std::vector<int8_t> expected = layer.expected();
    const int64_t nearest = mote_kernels_depthwise_conv_2d_in_place[0].overlap(&layer.params, 0);
    EXPECT_EQ(layer.at_distance(nearest), expected);
    EXPECT_EQ(layer.at_distance(nearest + rng.integer(1, 100)), expected);
    EXPECT_EQ(layer.at_distance(layer.y_size()), expected);
  }
}

TEST(DepthwiseInPlace, needs_no_distance_and_two_rows_for_a_3x3_window) {
  mote_depthwise_conv_2d_params p = {};
  p.n = 1, p.h = p.oh = 25, p.w = p.ow = 5, p.ic = 64, p.multiplier = 1, p.kh = p.kw = 3;
  p.stride_h = p.stride_w = p.dilation_h = p.dilation_w = p.pad_top = p.pad_left = 1;
  const mote_kernel& kernel = mote_kernels_depthwise_conv_2d_in_place[0];
  EXPECT_EQ(kernel.overlap(&p, 0), 0);
  EXPECT_EQ(kernel.scratch_bytes(&p), 2 * 5 * 64);
}

}  // namespace
