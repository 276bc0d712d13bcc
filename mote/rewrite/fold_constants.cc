// fold_constants: a node whose operands are all constant is evaluated once, by its reference.
//
// Exact: the reference is the oracle of every executor. A result that is more than twice as large
// as its operands stays a node when it is large: the file should not grow by it.
#include "mote/base/error.h"
#include "mote/ops/evaluate.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

// f16 weights to f32 are the widest change that is always made.
constexpr int64_t kMaxGrowth = 2;
constexpr int64_t kAlwaysSmallBytes = 4096;

int64_t bytes_of(const TensorType& type) {
  return type.shape.elements() * static_cast<int64_t>(size_bytes(type.dtype));
}

bool results_are_small(const Rewriter& rewriter, const Node& node) {
  const Graph& graph = rewriter.graph();
  int64_t before = 0;
  int64_t after = 0;
  for (const ValueId input : node.inputs) {
    if (input.valid()) before += bytes_of(type_of(graph, input));
  }
  for (const ValueId output : node.outputs) {
    if (!type_of(graph, output).shape.is_static()) return false;
    after += bytes_of(type_of(graph, output));
  }
  if (after > rewriter.limits().max_folded_bytes) return false;
  return after <= kAlwaysSmallBytes || after <= kMaxGrowth * before;
}

bool all_inputs_constant(const Graph& graph, const Node& node) {
  for (const ValueId input : node.inputs) {
    if (input.valid() && constant(graph, input) == nullptr) return false;
  }
  return true;
}

// Nothing when the reference does not know these types.
std::optional<std::vector<Tensor>> evaluate(const Rewriter& rewriter, const Node& node) {
  const Graph& graph = rewriter.graph();
  std::vector<Tensor> inputs;
  for (const ValueId input : node.inputs) {
    inputs.push_back(input.valid() ? *constant(graph, input) : Tensor());
  }
  try {
    return evaluate_reference(graph, node, inputs, rewriter.limits().numerics);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnsupported) throw;
    return std::nullopt;
  }
}

bool fold(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (!all_inputs_constant(graph, node) || !results_are_small(rewriter, node)) return false;
  // A constant cannot stand in for an output of the graph that a node computes.
  for (const ValueId output : node.outputs) {
    if (graph.is_output(output)) return false;
  }
  std::optional<std::vector<Tensor>> results = evaluate(rewriter, node);
  if (!results) return false;
  return rewriter.apply([&](Graph& edited) {
    for (size_t i = 0; i < results->size(); ++i) {
      const ValueId old_value = node.outputs[i];
      take_place(edited, old_value,
                 edited.add_constant(graph.value(old_value).name, std::move((*results)[i]),
                                     type_of(graph, old_value).quantization));
    }
  });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(fold); }

}  // namespace

PassDef define_fold_constants() {
  return {"fold_constants", "Evaluates nodes whose operands are all constant, by their reference",
          run};
}

}  // namespace mote::passes
