// Parameters of the moving kernels (mote/kernels/move) from shapes and strides.
#pragma once

#include <span>
#include <vector>

#include "mote/kernels/move/move.h"
#include "mote/ops/lowering.h"
#include "mote/ops/strided.h"

namespace mote::ops {

/// One side of a strided copy: where index 0 lies, in elements, and how far each axis steps.
struct StridedSide {
  int64_t offset = 0;
  Strides strides;
};

/// Axes that both sides walk as one are merged. Nothing when more than MOTE_MOVE_MAX_RANK remain or
/// there are no elements.
std::optional<mote_strided_copy_params> strided_copy_params(size_t element_bytes,
                                                            std::span<const int64_t> extents,
                                                            const StridedSide& x,
                                                            const StridedSide& y);

/// y = x byte for byte.
std::optional<KernelRequest> copy_request(const LowerContext& context);

/// The call of a copy that fills y in row-major order.
std::optional<KernelRequest> gathering_copy_request(const LowerContext& context,
                                                    const StridedSide& x);

}  // namespace mote::ops
