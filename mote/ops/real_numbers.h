// Integer nodes computed as real numbers, as ONNX Runtime does for all but the layers with weights:
// operands are dequantized, the float kernel runs, and the result is rounded to the nearest stored
// value, ties to even.
//
//   reference_kernel(graph, node, Numerics::kOnnx)(context);
#pragma once

#include "mote/ir/op_def.h"

namespace mote {

/// True for nodes with quantized operands whose integers `numerics` defines by way of real numbers.
/// Layers with weights or states have integer arithmetic under every profile, and what only moves
/// values of one record needs none.
bool computes_on_reals(const Graph& graph, const Node& node, Numerics numerics);

using ReferenceKernel = void (*)(const EvalContext&);

/// The reference kernel of `node` under `numerics`: the operator's own, or one on real numbers.
ReferenceKernel reference_kernel(const Graph& graph, const Node& node, Numerics numerics);

namespace ops {

enum class Ties { kAwayFromZero, kToEven };

/// y = (x - zero_point) * scale; x integers with that record, y f32 of the same shape.
void dequantize_values(const ConstTensorView& x, const Quantization& record, const TensorView& y);
/// y = saturate(round(x / scale) + zero_point), divided in float; x f32, y integers.
void quantize_values(const ConstTensorView& x, const Quantization& record, Ties ties,
                     const TensorView& y);

}  // namespace ops
}  // namespace mote
