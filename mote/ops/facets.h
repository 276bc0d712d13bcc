// Facets that many operators share.
#pragma once

#include <optional>
#include <span>

#include "mote/ir/op_def.h"

namespace mote::ops {

/// One input, one output, same type and shape.
void infer_same(InferContext& context);

/// Any number of inputs from 1 on of one element type, broadcast as in NumPy; one output of that
/// type.
void infer_broadcast(InferContext& context);
/// Throws kInvalidModel unless inputs `i` and `j` have one element type.
void expect_same_type(const InferContext& context, size_t i, size_t j);

/// Factor i on axis i of every operand, aligned from the right as NumPy broadcasting does; an axis
/// of extent 1 against a larger one carries no factor. Right for every elementwise operator.
AxisMap elementwise_axes(const Graph& graph, const Node& node);

/// For operators whose attributes name no axis: they stay the same under any permutation.
std::optional<Attributes> same_attributes(const Graph& graph, const Node& node,
                                          std::span<const int> permutation);

/// Every axis of every operand is blocked for that reason.
AxisMap blocked_axes(const Graph& graph, const Node& node, std::string_view why);

/// Where old axis `axis` is after the permutation (new axis i is old axis permutation[i]).
int permuted_axis(int axis, std::span<const int> permutation);

/// For operators without multiply-accumulates.
Cost no_macs(const Graph& graph, const Node& node);

/// True when an input carries a quantization record: its integers are not plain numbers.
bool is_quantized(const EvalContext& context);
bool is_quantized(const LowerContext& context);

/// All inputs share one scale with the output: data movement, max pooling, relu.
std::optional<QuantRule> shared_scale(const Graph& graph, const Node& node);

/// Every input has its own scale and the output a calibrated one.
std::optional<QuantRule> own_scales(const Graph& graph, const Node& node);

/// Indices, conditions, counts: no operand is quantized.
std::optional<QuantRule> untouched(const Graph& graph, const Node& node);

/// A random per-tensor record of an activation of that type: i8, i16 (symmetric) or u8.
Quantization sample_quantization(Rng& rng, DataType dtype);
/// The element type of activations in samples of that kind.
DataType sample_activation_type(SampleKind kind);
/// Rank 1 to `max_rank`, extents 1 to 7.
Shape sample_shape(Rng& rng, int max_rank = 4);
/// A graph input of the kind's activation type, with a random record when that is quantized.
ValueId sample_input(Graph& graph, Rng& rng, SampleKind kind, const Shape& shape);
/// Output records for a sample: the input's own (data movement), or a random one.
Graph::OutputHints record_of(const Graph& graph, ValueId input, size_t outputs = 1);
Graph::OutputHints random_record(Rng& rng, SampleKind kind);
/// Random content: f32 normal, integers over their whole range.
Tensor sample_tensor(Rng& rng, DataType dtype, const Shape& shape);

}  // namespace mote::ops
