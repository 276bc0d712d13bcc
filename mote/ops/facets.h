// Facets that many operators share.
#pragma once

#include <optional>
#include <span>

#include "mote/ir/op_def.h"

namespace mote::ops {

/// One input, one output, same type and shape.
void infer_same(InferContext& context);

/// Factor i on axis i of every operand, aligned from the right as NumPy broadcasting does; an axis
/// of extent 1 against a larger one carries no factor. Right for every elementwise operator.
AxisMap elementwise_axes(const Graph& graph, const Node& node);

/// For operators whose attributes name no axis: they stay the same under any permutation.
std::optional<Attributes> same_attributes(const Graph& graph, const Node& node,
                                          std::span<const int> permutation);

/// All inputs share one scale with the output: data movement, max pooling, relu.
std::optional<QuantRule> shared_scale(const Graph& graph, const Node& node);

/// Every input has its own scale and the output a calibrated one.
std::optional<QuantRule> own_scales(const Graph& graph, const Node& node);

/// A random per-tensor record of an activation of that type: i8, i16 (symmetric) or u8.
Quantization sample_quantization(Rng& rng, DataType dtype);
/// The element type of activations in samples of that kind.
DataType sample_activation_type(SampleKind kind);
/// Random content: f32 normal, integers over their whole range.
Tensor sample_tensor(Rng& rng, DataType dtype, const Shape& shape);

}  // namespace mote::ops
