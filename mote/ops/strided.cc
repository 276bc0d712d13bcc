#include "mote/ops/strided.h"

#include <algorithm>
#include <cstring>

#include "mote/base/error.h"

namespace mote::ops {
namespace {

struct Axis {
  int64_t extent;
  Strides steps;  // by operand
};

bool walks_as_one(const Axis& outer, const Axis& inner) {
  for (size_t k = 0; k < outer.steps.size(); ++k) {
    if (outer.steps[k] != inner.steps[k] * inner.extent) return false;
  }
  return true;
}

}  // namespace

StridedWalk::StridedWalk(std::vector<int64_t> extents, std::vector<Strides> strides)
    : operands_(strides.size()) {
  std::vector<Axis> axes;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] <= 0) empty_ = true;
    if (extents[axis] == 1) continue;
    Axis next{extents[axis], {}};
    for (const Strides& operand : strides) next.steps.push_back(operand[axis]);
    if (!axes.empty() && walks_as_one(axes.back(), next)) {
      next.extent *= axes.back().extent;
      axes.back() = std::move(next);
    } else {
      axes.push_back(std::move(next));
    }
  }
  row_step_.assign(operands_, 0);
  if (axes.empty()) return;
  row_count_ = axes.back().extent;
  row_step_ = axes.back().steps;
  axes.pop_back();
  for (Axis& axis : axes) {
    extents_.push_back(axis.extent);
    strides_.push_back(std::move(axis.steps));
  }
}

Strides broadcast_strides(const Shape& operand, const Shape& full) {
  const Strides dense = row_major_strides(operand);
  const int skipped = full.rank() - operand.rank();
  Strides strides(static_cast<size_t>(full.rank()), 0);
  for (int axis = 0; axis < operand.rank(); ++axis) {
    if (operand[axis] != 1) {
      strides[static_cast<size_t>(axis + skipped)] = dense[static_cast<size_t>(axis)];
    }
  }
  return strides;
}

namespace {

template <class Unit>
void copy_units(const StridedWalk& walk, std::byte* to, const std::byte* from) {
  auto* target = reinterpret_cast<Unit*>(to);
  const auto* source = reinterpret_cast<const Unit*>(from);
  walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
    if (step[0] == 1 && step[1] == 1) {
      std::memcpy(target + at[0], source + at[1], static_cast<size_t>(count) * sizeof(Unit));
      return;
    }
    for (int64_t i = 0; i < count; ++i) target[at[0] + i * step[0]] = source[at[1] + i * step[1]];
  });
}

}  // namespace

void copy_strided(size_t element_bytes, std::vector<int64_t> extents, StridedTarget to,
                  StridedSource from) {
  const StridedWalk walk(std::move(extents), {std::move(to.strides), std::move(from.strides)});
  switch (element_bytes) {
    case 1:
      return copy_units<uint8_t>(walk, to.bytes, from.bytes);
    case 2:
      return copy_units<uint16_t>(walk, to.bytes, from.bytes);
    case 4:
      return copy_units<uint32_t>(walk, to.bytes, from.bytes);
    case 8:
      return copy_units<uint64_t>(walk, to.bytes, from.bytes);
    default:
      throw_error(ErrorKind::kInternal, "no elements have {} bytes", element_bytes);
  }
}

}  // namespace mote::ops
