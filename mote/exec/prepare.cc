#include "mote/exec/prepare.h"

#include "mote/base/error.h"
#include "mote/rewrite/pipeline.h"

namespace mote {

Graph bind_batch(Graph graph, int64_t batch) {
  if (batch < 1)
    throw_error(ErrorKind::kInvalidArgument, "a batch of {}; it must be 1 or more", batch);
  bool open = false;
  for (const ValueId id : graph.inputs()) {
    Shape& shape = graph.mutable_value(id).type.shape;
    open = open || !shape.is_static();
    shape = shape.bind(batch);
  }
  if (open) graph.infer_types();
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
