#include <gtest/gtest.h>

#include <array>

#include "mote/kernels/pool_2d/pool_2d.h"

namespace {

// A kernel of 2^30 by 2^30 around a picture of 2 by 2: what lies outside of it takes no time.
mote_pool_2d_params wide_window() {
  constexpr int32_t kKernel = 1 << 30;
  mote_pool_2d_params p{};
  p.n = p.c = p.oh = p.ow = 1;
  p.h = p.w = 2;
  p.kh = p.kw = kKernel;
  p.stride_h = p.stride_w = p.dilation_h = p.dilation_w = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = kKernel / 2;
  p.y_min = -128;
  p.y_max = 127;
  return p;
}

TEST(Pool2d, takes_time_only_for_cells_of_the_image) {
  const mote_pool_2d_params p = wide_window();
  const std::array<int8_t, 4> x{1, 2, 3, 6};
  int8_t y = 0;
  mote_average_pool_2d_i8_reference(&p, x.data(), &y);
  EXPECT_EQ(y, 3);
  mote_max_pool_2d_i8_reference(&p, x.data(), &y);
  EXPECT_EQ(y, 6);
}

TEST(Pool2d, dilated_taps_hit_every_other_cell) {
  mote_pool_2d_params p = wide_window();
  p.kh = p.kw = 3;
  p.dilation_h = p.dilation_w = 2;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 3;  // taps at -3, -1, 1
  const std::array<int8_t, 4> x{1, 2, 3, 6};
  int8_t y = 0;
  mote_average_pool_2d_i8_reference(&p, x.data(), &y);
  EXPECT_EQ(y, 6);
}

}  // namespace
