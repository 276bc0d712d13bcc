#include "mote/kernels/window_overlap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "mote/base/random.h"

namespace {

using mote::Rng;

struct Shape {
  int32_t h, w, c;
};

// Square kernels with the same padding on all sides.
mote_window window_of(Shape x, Shape y, int32_t kernel, int32_t stride) {
  mote_window p = {};
  p.n = 1;
  p.h = x.h, p.w = x.w, p.ic = x.c;
  p.oh = y.h, p.ow = y.w, p.oc = y.c;
  p.groups = 1;
  p.kh = p.kw = kernel;
  p.stride_h = p.stride_w = stride;
  p.dilation_h = p.dilation_w = 1;
  p.pad_top = p.pad_left = (kernel - 1) / 2;
  p.x_bytes = p.y_bytes = 1;
  return p;
}

TEST(WindowOverlap, of_1x1_convolutions_is_what_a_pixel_stores_while_it_is_read) {
  const mote_window same = window_of({25, 5, 64}, {25, 5, 64}, 1, 1);
  EXPECT_EQ(mote_window_overlap(&same, mote_store_each), 63);
  EXPECT_EQ(mote_window_overlap(&same, {.pixels = 1, .channels = 16}), 48);
  EXPECT_EQ(mote_window_overlap(&same, {.pixels = 1, .channels = 0}), 0);
  EXPECT_EQ(mote_window_overlap(&same, {.pixels = 4, .channels = 0}), 0);
  EXPECT_EQ(mote_window_overlap(&same, {.pixels = 4, .channels = 16}), 3 * 64 + 48);
  // Twice the channels: the output overtakes the input by half of itself.
  const mote_window wider = window_of({48, 48, 8}, {48, 48, 16}, 1, 1);
  EXPECT_EQ(mote_window_overlap(&wider, mote_store_each), 2303 * 8 + 15);
}

TEST(WindowOverlap, of_3x3_convolutions_is_a_row_and_a_pixel) {
  mote_window p = window_of({25, 5, 64}, {25, 5, 64}, 3, 1);
  EXPECT_EQ(mote_window_overlap(&p, mote_store_each), 6 * 64 + 63);
  p.groups = 64;  // a depthwise one reads its own channel only
  EXPECT_EQ(mote_window_overlap(&p, mote_store_each), 6 * 64);
  // A whole row held back is stored after it no longer needs the row above.
  EXPECT_EQ(mote_window_overlap(&p, {.pixels = 0, .channels = 0}), 5 * 64);
}

TEST(WindowOverlap, of_convolutions_without_padding_is_a_pixel_at_most) {
  mote_window p = window_of({28, 1, 128}, {24, 1, 128}, 1, 1);
  p.kh = 5;
  p.groups = 128;
  EXPECT_EQ(mote_window_overlap(&p, mote_store_each), 0);
  p.groups = 1;
  EXPECT_EQ(mote_window_overlap(&p, mote_store_each), 127);
}

TEST(WindowOverlap, grows_with_the_element) {
  mote_window p = window_of({8, 8, 4}, {8, 8, 4}, 3, 1);
  const int64_t bytes = mote_window_overlap(&p, mote_store_each);
  p.x_bytes = p.y_bytes = 4;
  EXPECT_EQ(mote_window_overlap(&p, mote_store_each), 4 * bytes);
}

// The reads and stores of a kernel, one after the other, and the distance that they need.
class Trace {
 public:
  Trace(const mote_window& p, mote_store_order order) : p_(p) {
    const int32_t rows = std::max(order.rows, 1);
    const int32_t tile = order.pixels > 0 && rows == 1 ? order.pixels : p.ow;
    const int32_t block = order.channels > 0 && rows == 1 && !order.mixed ? order.channels : p.oc;
    for (int32_t n = 0; n < p.n; ++n) {
      for (int32_t i = 0; i < p.oh; i += rows) {
        for (int32_t j = 0; j < p.ow; j += tile) {
          for (int32_t o = 0; o < p.oc; o += block) {
            const Block of = {n,
                              {i, std::min(i + rows, p.oh)},
                              {j, std::min(j + tile, p.ow)},
                              {o, std::min(o + block, p.oc)}};
            if (order.mixed) store(of);  // the worst of all orders
            read(of);
            if (!order.mixed) store(of);
          }
        }
      }
    }
  }

  int64_t distance() const {
    int64_t later = INT64_MAX;
    int64_t distance = -int64_t{p_.n} * p_.h * p_.w * p_.ic * p_.x_bytes;
    for (size_t e = events_.size(); e-- > 0;) {
      if (!events_[e].is_store) {
        later = std::min(later, events_[e].at);
      } else if (later != INT64_MAX) {
        distance = std::max(distance, events_[e].at - later);
      }
    }
    return distance;
  }

 private:
  struct Event {
    bool is_store;
    int64_t at;  // the first byte read, or the end of what is stored
  };
  struct Range {
    int32_t begin, end;
  };

  struct Block {
    int32_t n;
    Range rows, columns, channels;
  };

  void read(const Block& of) {
    for (int32_t i = of.rows.begin; i < of.rows.end; ++i) {
      for (int32_t j = of.columns.begin; j < of.columns.end; ++j) {
        for (int32_t o = of.channels.begin; o < of.channels.end; ++o) read_window(of.n, i, j, o);
      }
    }
  }

  void store(const Block& of) {
    for (int32_t i = of.rows.begin; i < of.rows.end; ++i) {
      for (int32_t j = of.columns.begin; j < of.columns.end; ++j) {
        for (int32_t o = of.channels.begin; o < of.channels.end; ++o) {
          const int64_t index = ((int64_t{of.n} * p_.oh + i) * p_.ow + j) * p_.oc + o;
          events_.push_back({true, (index + 1) * p_.y_bytes});
        }
      }
    }
  }

  void read_window(int32_t n, int32_t i, int32_t j, int32_t o) {
    const int32_t group_ic = p_.ic / p_.groups;
    const int32_t group = o / (p_.oc / p_.groups);
    for (int32_t a = 0; a < p_.kh; ++a) {
      for (int32_t b = 0; b < p_.kw; ++b) {
        const int32_t row = i * p_.stride_h + a * p_.dilation_h - p_.pad_top;
        const int32_t column = j * p_.stride_w + b * p_.dilation_w - p_.pad_left;
        if (row < 0 || row >= p_.h || column < 0 || column >= p_.w) continue;
        const int64_t pixel = (int64_t{n} * p_.h + row) * p_.w + column;
        events_.push_back({false, (pixel * p_.ic + group * group_ic) * p_.x_bytes});
      }
    }
  }

  mote_window p_;
  std::vector<Event> events_;
};

mote_window random_window(Rng& rng) {
  const auto pick = [&](int low, int high) { return static_cast<int32_t>(rng.integer(low, high)); };
  mote_window p = {};
  p.n = pick(1, 4);
  p.groups = pick(1, 3);
  p.ic = p.groups * pick(1, 3);
  p.oc = p.groups * pick(1, 3);
  p.h = pick(1, 7), p.w = pick(1, 7);
  p.oh = pick(1, 7), p.ow = pick(1, 7);
  p.kh = pick(1, 4), p.kw = pick(1, 4);
  p.stride_h = pick(1, 3), p.stride_w = pick(1, 3);
  p.dilation_h = pick(1, 3), p.dilation_w = pick(1, 3);
  p.pad_top = pick(0, 3), p.pad_left = pick(0, 3);
  p.x_bytes = 1 << pick(0, 2);
  p.y_bytes = 1 << pick(0, 2);
  return p;
}

TEST(WindowOverlap, is_the_distance_that_the_trace_of_reads_and_stores_needs) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const mote_window p = random_window(rng);
    const mote_store_order order = {.pixels = static_cast<int32_t>(rng.integer(0, 4)),
                                    .channels = static_cast<int32_t>(rng.integer(0, 4)),
                                    .rows = static_cast<int32_t>(rng.integer(0, 3)),
                                    .mixed = static_cast<int32_t>(rng.integer(0, 1))};
    EXPECT_EQ(mote_window_overlap(&p, order), Trace(p, order).distance());
  }
}

}  // namespace
