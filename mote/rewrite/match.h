// Small questions that patterns are made of.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "mote/ir/graph.h"
#include "mote/ops/activation.h"

namespace mote {

bool is_one_of(const Node& node, std::span<const std::string_view> ops);
bool is_one_of(const Node& node, std::initializer_list<std::string_view> ops);

/// The node that computes `id` when it is one of `ops`, else nullptr.
const Node* producer(const Graph& graph, ValueId id, std::initializer_list<std::string_view> ops);
const Node* producer(const Graph& graph, ValueId id, std::span<const std::string_view> ops);

/// The content of a constant value, else nullptr (also for an absent operand).
const Tensor* constant(const Graph& graph, ValueId id);
/// Operand `i` as constant, else nullptr.
const Tensor* constant_input(const Graph& graph, const Node& node, size_t i);

const TensorType& type_of(const Graph& graph, ValueId id);
bool is_f32(const Graph& graph, ValueId id);

/// The one number that all elements of an f32 constant equal.
std::optional<float> uniform_value(const Graph& graph, ValueId id);

/// The values of an f32 constant as one per index of the last axis of `full`: a scalar, [c] or
/// [1,..,1,c]. Nothing for other shapes.
std::optional<std::vector<float>> per_last_axis(const Tensor& tensor, const Shape& full);

/// conv_2d, depthwise_conv_2d, transpose_conv_2d, fully_connected: x, w, b?, an activation
/// attribute.
std::span<const std::string_view> layers_with_weights();
/// The fused activation of a node that has one.
std::optional<Activation> fused_activation(const Node& node);
Attributes with_activation(const Node& node, Activation activation);

/// A constant with other content that goes by the name of `old_value` from now on.
ValueId replacement_constant(Graph& edited, ValueId old_value, Tensor tensor,
                             std::optional<Quantization> quantization = std::nullopt);

/// `new_value` takes the place of `old_value`, and its name: what people know by that name is now
/// computed here.
void take_place(Graph& edited, ValueId old_value, ValueId new_value);

}  // namespace mote
