#include "mote/exec/prepare.h"

#include <algorithm>

#include "mote/base/error.h"
#include "mote/rewrite/pipeline.h"

namespace mote {

bool has_open_batch(const Graph& graph) {
  return std::ranges::any_of(graph.inputs(),
                             [&](ValueId id) { return !graph.value(id).type.shape.is_static(); });
}

Graph bind_batch(Graph graph, int64_t batch) {
  if (batch < 1)
    throw_error(ErrorKind::kInvalidArgument, "a batch of {}; it must be 1 or more", batch);
  if (!has_open_batch(graph)) return graph;
  for (const ValueId id : graph.inputs()) {
    Shape& shape = graph.mutable_value(id).type.shape;
    shape = shape.bind(batch);
  }
  graph.infer_types();
  return graph;
}

Graph prepare_graph(Graph graph, const PrepareOptions& options) {
  graph = bind_batch(std::move(graph), options.batch);
  if (options.rewrite) {
    run_exact_passes(graph, {.limits = {.numerics = options.lower.numerics}});
  }
  return graph;
}

std::shared_ptr<const Program> prepare_program(Graph graph, const PrepareOptions& options) {
  return std::make_shared<const Program>(
      lower(prepare_graph(std::move(graph), options), options.lower));
}

}  // namespace mote
