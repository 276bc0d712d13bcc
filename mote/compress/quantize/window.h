// Which inputs a tap of a layer's window sees, and their sums.
//
// The mean of a layer's result before its activation is linear in these sums: mean(y_o) = b_o +
// sum over (i, tap) of w[o,i,tap] * mean over positions of x at (i, tap), padding counted as 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mote/compress/quantize/layers.h"

namespace mote {

struct Window {
  int64_t n = 1, h = 1, w = 1, c = 1;  ///< of the input; a dense layer's rows are n
  int64_t oh = 1, ow = 1, kh = 1, kw = 1;
  int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1, top = 0, left = 0;

  int64_t positions() const { return n * oh * ow; }
  size_t sums() const { return static_cast<size_t>(kh * kw * c); }
};

/// With the shapes that the input and output have in a run.
Window window_of(const Graph& graph, const Layer& layer, const Shape& x, const Shape& y);

/// Adds to sums[tap * c + i] the inputs of channel i that tap sees, over all output positions, less
/// `zero_point` each. The same result for any number of threads; sums of f32 are accumulated in
/// blocks, within 1e-6 relative.
void add_tap_sums(const Window& window, const ConstTensorView& x, int32_t zero_point,
                  std::span<double> sums);

}  // namespace mote
