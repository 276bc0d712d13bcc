// Whether an operator between DequantizeLinear and QuantizeLinear has an integer form, and which
// operands that form takes.
#pragma once

#include <optional>
#include <vector>

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"

namespace mote::onnx {

/// The integers behind a dequantize that makes `value`; an invalid id when something else makes it.
ValueId integers_of(const Graph& graph, ValueId value);

struct IntegerForm {
  std::vector<ValueId> inputs;
  /// What the operator gives; where it is not the record asked for, a requantization follows.
  Quantization record;
  /// The bias was a float constant.
  bool rounds_bias = false;
};

/// For `node`, whose result is to have `result`. Operands that the form needs and that are constant
/// (a float bias, integers at another scale) are added to the graph. Nothing, and the graph stays
/// as it is, when the operator's rule is not met.
std::optional<IntegerForm> integer_form(Graph& graph, const Node& node, const TensorType& result);

}  // namespace mote::onnx
