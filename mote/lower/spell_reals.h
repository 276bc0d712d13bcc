// Integer nodes that `numerics` defines by way of real numbers (ops/real_numbers.h), written out: a
// dequantize before, the operator in f32, a quantize behind, each of which has kernels.
//
//   Graph written = spell_reals(graph, Numerics::kOnnx);  // add(qa, qb) -> quantize(add(a, b))
//
// Values and nodes keep their ids, names and records: the node itself becomes the quantize.
// Operators without kernels, with several outputs, or between stored types, stay.
#pragma once

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"

namespace mote {

Graph spell_reals(Graph graph, Numerics numerics);

}  // namespace mote
