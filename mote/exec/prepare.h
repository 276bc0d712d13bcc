// From a model's graph to the program that this machine runs: batch bound, exact rewrites,
// lowering.
#pragma once

#include <memory>

#include "mote/lower/lower.h"

namespace mote {

struct PrepareOptions {
  LowerOptions lower = {};
  int64_t batch = 1;    ///< of an open batch
  bool rewrite = true;  ///< the exact passes first, as `mote optimize` does
};

/// Throws kInvalidArgument for a batch below 1, and what lower throws.
std::shared_ptr<const Program> prepare_program(Graph graph, const PrepareOptions& options = {});

/// The graph that prepare_program lowers: batch bound, exact passes run.
Graph prepare_graph(Graph graph, const PrepareOptions& options);

bool has_open_batch(const Graph& graph);

/// The graph with its open batch, if it has one, fixed.
Graph bind_batch(Graph graph, int64_t batch);

}  // namespace mote
