// One operator on given tensors, through its reference facet: constant folding and tests use it.
#pragma once

#include <span>
#include <vector>

#include "mote/ir/op_def.h"

namespace mote {

/// Evaluates the reference of `node` in `graph`. `inputs` are its operands in order; an absent one
/// is ignored. Returns its outputs. Throws what the reference throws.
std::vector<Tensor> evaluate_reference(const Graph& graph, const Node& node,
                                       std::span<const Tensor> inputs,
                                       Numerics numerics = Numerics::kTflm);

}  // namespace mote
