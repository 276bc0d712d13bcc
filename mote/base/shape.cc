#include "mote/base/shape.h"

#include <algorithm>

#include "mote/base/checked.h"
#include "mote/base/error.h"

namespace mote {

bool Shape::is_static() const {
  return std::all_of(dims_.begin(), dims_.end(), [](int64_t dim) { return dim >= 0; });
}

int64_t Shape::elements() const {
  int64_t count = 1;
  for (int64_t dim : dims_) {
    if (dim < 0) {
      throw_error(ErrorKind::kInvalidModel,
                  "shape {} has a dynamic extent where a number is needed", to_string(*this));
    }
    count = checked_mul(count, dim, "elements of a tensor");
  }
  return count;
}

int64_t Shape::elements_per_sample() const { return bind(1).elements(); }

Shape Shape::bind(int64_t batch) const {
  Shape bound = *this;
  if (!bound.dims_.empty() && bound.dims_[0] == kDynamic) bound.dims_[0] = batch;
  return bound;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += ',';
    text += shape[axis] == kDynamic ? std::string("N") : std::to_string(shape[axis]);
  }
  return text + "]";
}

int normalize_axis(int64_t axis, int rank, const char* what) {
  if (axis < -rank || axis >= rank) {
    throw_error(ErrorKind::kInvalidModel, "{} is {}, but the tensor has rank {}", what, axis, rank);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int64_t> row_major_strides(const Shape& shape) {
  std::vector<int64_t> strides(static_cast<size_t>(shape.rank()));
  int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> dims(static_cast<size_t>(rank));
  for (int axis = 0; axis < rank; ++axis) {
    const int axis_a = axis - (rank - a.rank());
    const int axis_b = axis - (rank - b.rank());
    const int64_t da = axis_a < 0 ? 1 : a[axis_a];
    const int64_t db = axis_b < 0 ? 1 : b[axis_b];
    if (da != db && da != 1 && db != 1) {
      throw_error(ErrorKind::kInvalidModel, "shapes {} and {} do not broadcast", to_string(a),
                  to_string(b));
    }
    dims[static_cast<size_t>(axis)] = da == 1 ? db : da;
  }
  return Shape(std::move(dims));
}

}  // namespace mote
