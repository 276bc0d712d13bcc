// Operators that work on each line of a tensor along one axis.
//
//   for_each_line(x.shape, axis, [&](const Line& line) { ... from[line.start + i * line.step] ...
//   });
#pragma once

#include <cstdint>

#include "mote/base/shape.h"

namespace mote::ops {

/// Elements start + i * step, i < count.
struct Line {
  int64_t start;
  int64_t step;
  int64_t count;
};

template <class Body>
void for_each_line(const Shape& shape, int axis, Body&& body) {
  const int64_t count = shape[axis];
  const int64_t step = row_major_strides(shape)[static_cast<size_t>(axis)];
  const int64_t block = count * step;
  const int64_t elements = shape.elements();
  if (elements == 0) return;
  for (int64_t outer = 0; outer < elements; outer += block) {
    for (int64_t inner = 0; inner < step; ++inner) body(Line{outer + inner, step, count});
  }
}

}  // namespace mote::ops
