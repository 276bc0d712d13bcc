// Functions of one float by the kernels of mote/kernels/map_f32.
#pragma once

#include "mote/kernels/map_f32/map_f32.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"

namespace mote::ops {

/// The call of `stem`_f32 on input 0; nothing for other types. `p.count` is set here.
template <class Context>
std::optional<KernelRequest> map_f32_request(const Context& context, std::string_view stem,
                                             mote_map_f32_params p = {}) {
  const TensorType& x = context.input_type(0);
  if (x.dtype != DataType::kF32) return std::nullopt;
  p.count = x.shape.elements();
  return kernel_request(stem, {DataType::kF32}, p, {0});
}

}  // namespace mote::ops
