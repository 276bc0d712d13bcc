// The real numbers a tensor stands for.
#pragma once

#include <vector>

#include "mote/ir/graph.h"

namespace mote {

/// Dequantized by the record of `type` where it has one: scale * (q - zero_point), in float; other
/// integers and bools as they are. `tensor` has the element type of `type` and its rank.
std::vector<float> real_values(const ConstTensorView& tensor, const TensorType& type);

}  // namespace mote
