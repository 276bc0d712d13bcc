#include "mote/ops/indexing.h"

#include "mote/base/error.h"

namespace mote::ops {

void expect_indices(const InferContext& context, size_t i) {
  if (!is_integer(context.dtype(i))) {
    context.fail("the indices are {}, expected integers", name(context.dtype(i)));
  }
}

int64_t checked_index(int64_t index, int64_t extent) {
  if (index < -extent || index >= extent) {
    throw_error(ErrorKind::kInvalidModel, "index {} into an axis of {}", index, extent);
  }
  return index < 0 ? index + extent : index;
}

PointedAt pointed_at(const Shape& x, const ConstTensorView& indices, int batch_dims) {
  const std::vector<int64_t> content = elements_as<int64_t>(indices);
  const std::vector<int64_t> strides = row_major_strides(x);
  const auto depth = static_cast<size_t>(indices.shape.back());
  const auto batch = static_cast<size_t>(batch_dims);
  PointedAt result;
  for (int axis = batch_dims + static_cast<int>(depth); axis < x.rank(); ++axis) {
    result.count *= x[axis];
  }
  int64_t batches = 1;
  for (int axis = 0; axis < batch_dims; ++axis) batches *= x[axis];
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < indices.shape.rank(); ++axis) rows *= indices.shape[axis];
  const int64_t rows_per_batch = batches == 0 ? 0 : rows / batches;
  int64_t batch_step = 1;
  for (int axis = batch_dims; axis < x.rank(); ++axis) batch_step *= x[axis];
  result.offsets.reserve(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) {
    int64_t offset = row / rows_per_batch * batch_step;
    for (size_t k = 0; k < depth; ++k) {
      const int64_t index = content[static_cast<size_t>(row) * depth + k];
      const size_t axis = batch + k;
      offset += checked_index(index, x[static_cast<int>(axis)]) * strides[axis];
    }
    result.offsets.push_back(offset);
  }
  return result;
}

}  // namespace mote::ops
