// Which values of two models are the same thing, computed differently.
//
//   for (const ValuePair& pair : match_values(float_graph, int8_graph)) ...
#pragma once

#include <vector>

#include "mote/ir/graph.h"

namespace mote {

struct ValuePair {
  ValueId a;
  ValueId b;
};

/// Pairs of computed values with as many elements, in the execution order of `b`. By name first
/// (quantization keeps names), then what lies between named pairs by the longest common sequence of
/// operators and extents; quantize and dequantize nodes are looked through. Values without a
/// partner are left out.
std::vector<ValuePair> match_values(const Graph& a, const Graph& b);

}  // namespace mote
