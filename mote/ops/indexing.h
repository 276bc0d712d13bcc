// Checked look-ups by an index tensor, for the operators that gather and scatter.
#pragma once

#include <cstdint>
#include <vector>

#include "mote/ir/op_def.h"

namespace mote::ops {

/// Throws kInvalidModel unless input `i` holds integers.
void expect_indices(const InferContext& context, size_t i);

/// `index` counted from the front; negative ones count from the end of `extent`. Throws
/// kInvalidModel when it is outside.
int64_t checked_index(int64_t index, int64_t extent);

/// For gather_nd and scatter_nd: the offsets in x, in elements, that each row of `indices`
/// [.., depth] points at. A row addresses the axes from `batch_dims` on; the first `batch_dims`
/// axes of `indices` are those of x.
struct PointedAt {
  std::vector<int64_t> offsets;
  int64_t count = 1;  ///< elements at each offset
};
PointedAt pointed_at(const Shape& x, const ConstTensorView& indices, int batch_dims);

}  // namespace mote::ops
