#include "mote/exec/executor.h"
#include "mote/ir/text.h"
#include "mote/ops/facets.h"
#include "tests/mutant_run.h"

namespace mote::test {
namespace {

// Larger graphs are legal, but not run here.
constexpr int64_t kMostElements = 20'000;
constexpr int64_t kMostMacs = 2'000'000;

bool is_small(const Graph& graph) {
  int64_t elements = 0;
  for (const ValueId id : graph.values()) {
    const int64_t of_value = graph.value(id).type.shape.elements_per_sample();
    if (of_value > kMostElements) return false;
    elements += of_value;
  }
  int64_t macs = 0;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (node.op->cost == nullptr) continue;
    const int64_t of_node = node.op->cost(graph, node).macs;
    if (of_node < 0 || of_node > kMostMacs) return false;
    macs += of_node;
  }
  return elements <= kMostElements && macs <= kMostMacs;
}

std::vector<Tensor> random_inputs_of_one_sample(const Graph& graph) {
  Rng rng(1);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    std::vector<int64_t> dims = type.shape.dims();
    if (!dims.empty() && dims[0] == kDynamic) dims[0] = 1;
    const Shape shape(std::move(dims));
    // Half floats have no sample content: zeros.
    const bool half = type.dtype == DataType::kF16;
    inputs.push_back(half ? Tensor(type.dtype, shape) : ops::sample_tensor(rng, type.dtype, shape));
  }
  return inputs;
}

}  // namespace

void exercise(const Graph& graph) {
  verify(graph);
  print(graph);
  if (!is_small(graph)) return;
  const std::vector<Tensor> inputs = random_inputs_of_one_sample(graph);
  for (const Kernels kernels : {Kernels::kReference, Kernels::kFast}) {
    Executor(graph, {.kernels = kernels}).run(inputs);
  }
}

}  // namespace mote::test
