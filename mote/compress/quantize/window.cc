#include "mote/compress/quantize/window.h"

#include <algorithm>

#include "mote/base/error.h"
#include "mote/ops/nn_attrs.h"

namespace mote {
namespace {

// Sums of one input row, by horizontal tap, in the element's own accumulator type.
template <class T, class Sum>
void add_row(const Window& window, const T* row, int32_t zero_point, std::vector<Sum>& sums) {
  const int64_t c = window.c;
  for (int64_t kx = 0; kx < window.kw; ++kx) {
    Sum* to = sums.data() + kx * c;
    for (int64_t x = 0; x < window.ow; ++x) {
      const int64_t at = x * window.stride_w + kx * window.dilation_w - window.left;
      if (at < 0 || at >= window.w) continue;
      const T* from = row + at * c;
      for (int64_t i = 0; i < c; ++i)
        to[i] += static_cast<Sum>(from[i]) - static_cast<Sum>(zero_point);
    }
  }
}

template <class T, class Sum>
void add_sums(const Window& window, const T* x, int32_t zero_point, std::span<double> sums) {
  std::vector<Sum> row_sums(static_cast<size_t>(window.kw * window.c));
  for (int64_t n = 0; n < window.n; ++n) {
    for (int64_t y = 0; y < window.h; ++y) {
      std::fill(row_sums.begin(), row_sums.end(), Sum{});
      add_row<T, Sum>(window, x + ((n * window.h + y) * window.w) * window.c, zero_point, row_sums);
      for (int64_t ky = 0; ky < window.kh; ++ky) {
        // Output row oy reads this row by tap ky when oy * stride + ky * dilation - top == y.
        const int64_t shifted = y + window.top - ky * window.dilation_h;
        if (shifted < 0 || shifted % window.stride_h != 0 ||
            shifted / window.stride_h >= window.oh) {
          continue;
        }
        double* to = sums.data() + ky * window.kw * window.c;
        for (size_t i = 0; i < row_sums.size(); ++i) to[i] += static_cast<double>(row_sums[i]);
      }
    }
  }
}

}  // namespace

Window window_of(const Graph& graph, const Layer& layer, const Shape& x, const Shape& y) {
  if (layer.kind == LayerKind::kDense) return {.n = x.elements() / layer.ic, .c = layer.ic};
  const auto& attrs = graph.node(layer.node).attrs<Conv2dAttrs>();
  const Shape& w = graph.value(layer.w).type.shape;
  return {.n = x[0],
          .h = x[1],
          .w = x[2],
          .c = x[3],
          .oh = y[1],
          .ow = y[2],
          .kh = w[1],
          .kw = w[2],
          .stride_h = attrs.stride[0],
          .stride_w = attrs.stride[1],
          .dilation_h = attrs.dilation[0],
          .dilation_w = attrs.dilation[1],
          .top = attrs.padding[0],
          .left = attrs.padding[1]};
}

void add_tap_sums(const Window& window, const ConstTensorView& x, int32_t zero_point,
                  std::span<double> sums) {
  switch (x.dtype) {
    case DataType::kF32:
      return add_sums<float, float>(window, x.data<float>().data(), 0, sums);
    case DataType::kI8:
      return add_sums<int8_t, int32_t>(window, x.data<int8_t>().data(), zero_point, sums);
    case DataType::kI16:
      return add_sums<int16_t, int32_t>(window, x.data<int16_t>().data(), zero_point, sums);
    default:
      throw_error(ErrorKind::kInternal, "no tap sums of {}", name(x.dtype));
  }
}

}  // namespace mote
