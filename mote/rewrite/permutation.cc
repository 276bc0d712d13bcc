#include "mote/rewrite/permutation.h"

#include <algorithm>
#include <cstring>

namespace mote {

bool is_identity(const Permutation& p) { return std::is_sorted(p.begin(), p.end()); }

Permutation inverse(const Permutation& p) {
  Permutation result(p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    result[static_cast<size_t>(p[i])] = static_cast<int64_t>(i);
  }
  return result;
}

Permutation compose(const Permutation& first, const Permutation& second) {
  Permutation result;
  for (const int64_t axis : second) result.push_back(first[static_cast<size_t>(axis)]);
  return result;
}

bool keeps_element_order(const Permutation& p, const Shape& shape) {
  int64_t last = -1;
  for (const int64_t axis : p) {
    if (shape[static_cast<int>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Shape permuted(const Shape& shape, const Permutation& p) {
  std::vector<int64_t> dims;
  for (const int64_t axis : p) dims.push_back(shape[static_cast<int>(axis)]);
  return Shape(std::move(dims));
}

Tensor permuted(const Tensor& tensor, const Permutation& p) {
  Tensor result(tensor.dtype(), permuted(tensor.shape(), p));
  const std::vector<int64_t> from_strides = row_major_strides(tensor.shape());
  const size_t step = size_bytes(tensor.dtype());
  std::vector<int64_t> index(p.size(), 0);
  for (int64_t i = 0; i < result.elements(); ++i) {
    int64_t from = 0;
    for (size_t axis = 0; axis < p.size(); ++axis) {
      from += index[axis] * from_strides[static_cast<size_t>(p[axis])];
    }
    std::memcpy(result.bytes() + static_cast<size_t>(i) * step,
                tensor.bytes() + static_cast<size_t>(from) * step, step);
    for (size_t axis = p.size(); axis-- > 0;) {
      if (++index[axis] < result.shape()[static_cast<int>(axis)]) break;
      index[axis] = 0;
    }
  }
  return result;
}

Tensor with_rank(const Tensor& tensor, int rank) {
  std::vector<int64_t> dims = tensor.shape().dims();
  while (static_cast<int>(dims.size()) < rank) dims.insert(dims.begin(), 1);
  return tensor.reshaped(Shape(std::move(dims)));
}

}  // namespace mote
