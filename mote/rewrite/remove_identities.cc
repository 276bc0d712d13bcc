// remove_identities: nodes whose result is their operand, and chains of reshapes.
//
// Exact. x + 0 loses the sign of a negative zero, which compares equal.
#include <algorithm>

#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

bool is_identity_slice(const SliceAttrs& attrs) {
  return std::all_of(attrs.stride.begin(), attrs.stride.end(), [](int64_t s) { return s == 1; });
}

bool is_neutral_operand(const Graph& graph, const Node& node, size_t data) {
  const std::optional<float> number = uniform_value(graph, node.inputs[1 - data]);
  if (!number || node.attrs<BinaryAttrs>().activation != Activation::kNone) return false;
  if (is_op(node, "add")) return *number == 0.0f;
  if (is_op(node, "sub")) return data == 0 && *number == 0.0f;
  if (is_op(node, "mul")) return *number == 1.0f;
  return data == 0 && *number == 1.0f;
}

// quantize(dequantize(x)) with the record of x gives x back: (s * k) / s rounds to k.
std::optional<ValueId> requantized_source(const Graph& graph, const Node& node) {
  const Node* dequantize = producer(graph, node.inputs[0], {"dequantize"});
  if (dequantize == nullptr) return std::nullopt;
  const ValueId source = dequantize->inputs[0];
  if (type_of(graph, source) != type_of(graph, node.outputs[0])) return std::nullopt;
  return source;
}

bool is_unit_pool(const Pool2dAttrs& attrs) {
  using Pair = std::array<int64_t, 2>;
  return attrs.kernel == Pair{1, 1} && attrs.stride == Pair{1, 1} &&
         attrs.padding == std::array<int64_t, 4>{} && attrs.activation == Activation::kNone;
}

// The value that equals the node's only result, when there is one.
std::optional<ValueId> identity_source(const Graph& graph, const Node& node) {
  if (node.outputs.size() != 1 || node.inputs.empty() || !node.has_input(0)) return std::nullopt;
  const TensorType& result = type_of(graph, node.outputs[0]);
  if (is_op(node, "quantize")) {
    if (result == type_of(graph, node.inputs[0])) return node.inputs[0];
    return requantized_source(graph, node);
  }
  if (is_one_of(node, {"add", "sub", "mul", "div"})) {
    if (result.dtype != DataType::kF32) return std::nullopt;
    for (const size_t data : {size_t{0}, size_t{1}}) {
      if (type_of(graph, node.inputs[data]) == result && is_neutral_operand(graph, node, data)) {
        return node.inputs[data];
      }
    }
    return std::nullopt;
  }
  if (type_of(graph, node.inputs[0]) != result) return std::nullopt;
  const bool same =
      is_one_of(node, {"reshape", "cast", "broadcast_to", "tile", "identity", "pad", "split"}) ||
      (is_op(node, "concat") && node.inputs.size() == 1) ||
      (is_op(node, "slice") && is_identity_slice(node.attrs<SliceAttrs>())) ||
      (is_op(node, "transpose") &&
       std::is_sorted(node.attrs<TransposeAttrs>().permutation.begin(),
                      node.attrs<TransposeAttrs>().permutation.end())) ||
      (is_one_of(node, {"max_pool_2d", "average_pool_2d"}) &&
       is_unit_pool(node.attrs<Pool2dAttrs>()));
  return same ? std::optional(node.inputs[0]) : std::nullopt;
}

// Pads that cut on one side what they add on the other keep the shape but move the content.
bool moves_content(const Node& node) {
  if (!is_op(node, "pad")) return false;
  const auto& before = node.attrs<PadAttrs>().before;
  return std::any_of(before.begin(), before.end(), [](int64_t n) { return n != 0; });
}

bool remove(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  const std::optional<ValueId> source = identity_source(graph, node);
  if (!source || moves_content(node)) return false;
  // An output keeps its own value: it may not be renamed to an input, a constant or another output.
  const bool computed = graph.value(*source).kind == ValueKind::kComputed;
  if (graph.is_output(node.outputs[0]) && (!computed || graph.is_output(*source))) return false;
  return rewriter.apply([&](Graph& edited) { edited.replace_uses(node.outputs[0], *source); });
}

// reshape(reshape(x)) reads x at once.
bool skip_reshape(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node& node = graph.node(id);
  if (!is_op(node, "reshape")) return false;
  const Node* before = producer(graph, node.inputs[0], {"reshape"});
  if (before == nullptr) return false;
  const ValueId x = before->inputs[0];
  if (type_of(graph, x).shape.is_static() != type_of(graph, node.outputs[0]).shape.is_static()) {
    return false;
  }
  return rewriter.apply([&](Graph& edited) { edited.mutable_node(id).inputs[0] = x; });
}

void run(Rewriter& rewriter) {
  rewriter.for_each_node(skip_reshape);
  rewriter.for_each_node(remove);
}

}  // namespace

PassDef define_remove_identities() {
  return {
      "remove_identities",
      "Removes nodes whose result is their operand: reshapes and transposes that change nothing, "
      "slices of everything, x + 0, x * 1, quantize(dequantize(x))",
      run};
}

}  // namespace mote::passes
