#include "mote/ops/evaluate.h"

#include "mote/base/error.h"
#include "mote/ops/real_numbers.h"

namespace mote {

std::vector<Tensor> evaluate_reference(const Graph& graph, const Node& node,
                                       std::span<const Tensor> inputs, Numerics numerics) {
  EvalContext context;
  context.node = &node;
  context.numerics = numerics;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i)) {
      context.inputs.push_back({});
      continue;
    }
    const TensorType& type = graph.value(node.inputs[i]).type;
    if (i >= inputs.size() || inputs[i].dtype() != type.dtype || inputs[i].shape() != type.shape) {
      throw_error(ErrorKind::kInternal, "{}: operand {} is not {}", describe(node), i,
                  to_string(type));
    }
    context.inputs.push_back({&type, const_cast<std::byte*>(inputs[i].bytes())});
  }
  std::vector<Tensor> outputs;
  for (const ValueId output : node.outputs) {
    const TensorType& type = graph.value(output).type;
    outputs.emplace_back(type.dtype, type.shape);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    context.outputs.push_back({&graph.value(node.outputs[i]).type, outputs[i].bytes()});
  }
  with_context([&] { return describe(node); },
               [&] { reference_kernel(graph, node, numerics)(context); });
  return outputs;
}

}  // namespace mote
