#include "mote/ops/movement.h"

#include "mote/base/data_type.h"

namespace mote::ops {

std::optional<mote_strided_copy_params> strided_copy_params(size_t element_bytes,
                                                            std::span<const int64_t> extents,
                                                            const StridedSide& x,
                                                            const StridedSide& y) {
  mote_strided_copy_params p{};
  p.element_bytes = static_cast<int32_t>(element_bytes);
  p.x_offset = x.offset;
  p.y_offset = y.offset;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const int64_t extent = extents[axis];
    if (extent == 0) return std::nullopt;
    if (extent == 1) continue;
    const int last = p.rank - 1;
    const bool merges = p.rank > 0 && p.x_strides[last] == x.strides[axis] * extent &&
                        p.y_strides[last] == y.strides[axis] * extent;
    if (!merges && p.rank == MOTE_MOVE_MAX_RANK) return std::nullopt;
    const int at = merges ? last : p.rank++;
    p.extents[at] = merges ? p.extents[at] * extent : extent;
    p.x_strides[at] = x.strides[axis];
    p.y_strides[at] = y.strides[axis];
  }
  if (p.rank == 0) {
    p.rank = 1;
    p.extents[0] = p.x_strides[0] = p.y_strides[0] = 1;
  }
  return p;
}

std::optional<KernelRequest> copy_request(const LowerContext& context) {
  const TensorType& y = context.output_type(0);
  const mote_copy_params p{y.shape.elements() * static_cast<int64_t>(size_bytes(y.dtype))};
  return kernel_request("copy", {}, p, {0});
}

std::optional<KernelRequest> gathering_copy_request(const LowerContext& context,
                                                    const StridedSide& x) {
  const TensorType& y = context.output_type(0);
  const auto p =
      strided_copy_params(size_bytes(y.dtype), y.shape.dims(), x, {0, row_major_strides(y.shape)});
  if (!p) return std::nullopt;
  return kernel_request("strided_copy", {}, *p, {0});
}

}  // namespace mote::ops
