// Walking tensors by strides: the one loop under broadcasting and data movement.
//
//   // y[2,3] = a[2,3] + b[3]
//   StridedWalk walk({2, 3}, {{3, 1}, {3, 1}, {0, 1}});
//   walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
//     for (int64_t i = 0; i < count; ++i)
//       y[at[0] + i * step[0]] = a[at[1] + i * step[1]] + b[at[2] + i * step[2]];
//   });
//
// Axes that can be walked as one for every operand are merged, so operands of one shape are one
// row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mote/base/shape.h"

namespace mote::ops {

using Strides = std::vector<int64_t>;

class StridedWalk {
 public:
  /// strides[k][axis]: elements that operand k advances per index of the axis.
  StridedWalk(std::vector<int64_t> extents, std::vector<Strides> strides);

  /// Calls row(at, step, count): operand k's elements are at[k] + i * step[k] for i < count.
  template <class Row>
  void rows(Row&& row) const;

 private:
  size_t operands_;
  bool empty_ = false;
  int64_t row_count_ = 1;
  std::vector<int64_t> row_step_;
  std::vector<int64_t> extents_;  // of the axes outside the row, outermost first
  std::vector<Strides> strides_;  // of those axes, by axis then operand
};

/// Strides of an operand that NumPy broadcasting stretches to `full`: 0 where it is repeated.
Strides broadcast_strides(const Shape& operand, const Shape& full);

/// A dense operand and its view by strides, in elements; `bytes` points at the element of index 0.
struct StridedTarget {
  std::byte* bytes;
  Strides strides;
};
struct StridedSource {
  const std::byte* bytes;
  Strides strides;
};

/// to[i] = from[i] for every index i within `extents`; elements of 1, 2, 4 or 8 bytes.
void copy_strided(size_t element_bytes, std::vector<int64_t> extents, StridedTarget to,
                  StridedSource from);

template <class Row>
void StridedWalk::rows(Row&& row) const {
  if (empty_) return;
  std::vector<int64_t> at(operands_, 0);
  std::vector<int64_t> index(extents_.size(), 0);
  while (true) {
    row(at.data(), row_step_.data(), row_count_);
    size_t axis = extents_.size();
    while (axis > 0) {
      --axis;
      if (++index[axis] < extents_[axis]) {
        for (size_t k = 0; k < operands_; ++k) at[k] += strides_[axis][k];
        break;
      }
      for (size_t k = 0; k < operands_; ++k) at[k] -= strides_[axis][k] * (extents_[axis] - 1);
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (extents_.empty()) return;
  }
}

}  // namespace mote::ops
