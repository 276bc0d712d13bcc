// The exact passes in their order: what `mote optimize` runs, and the quantizer first of all.
//
//   const RewriteReport report = run_exact_passes(graph, {.skip = {"merge_pads"}});
//   for (const PassReport& pass : report.passes) { ... pass.changes ... }
//
// Exact: integer results keep every byte; float results stay within 1e-5 relative L2. Names, order
// and types of the inputs and outputs stay.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/progress.h"
#include "mote/ir/graph.h"
#include "mote/rewrite/rewriter.h"

namespace mote {

struct PassDef;

/// One row of the pipeline. The rows run in order, again and again until a whole round changes
/// nothing.
struct PipelineStep {
  std::string_view pass;
  /// Why the pass stands at this place.
  std::string_view reason;
};
std::span<const PipelineStep> exact_pipeline();

struct RewriteOptions {
  RewriteLimits limits = {};
  /// Passes to leave out. Unknown names throw kInvalidArgument.
  std::vector<std::string> skip = {};
  /// Called after each run of a pass that changed the graph.
  std::function<void(std::string_view pass, const Graph& graph)> on_change = {};
  Observer observer = {};
};

struct GraphSize {
  int64_t nodes = 0;
  int64_t macs = 0;            ///< of one sample
  int64_t constant_bytes = 0;  ///< shared content counted once
};
GraphSize measure_size(const Graph& graph);

struct PassReport {
  std::string_view name;
  int64_t changes = 0;
  double seconds = 0.0;
  /// Sums over the rounds: positive when the pass made the graph smaller.
  int64_t macs_saved = 0;
  int64_t constant_bytes_saved = 0;
};

struct RewriteReport {
  std::vector<PassReport>
      passes;  ///< in the order of the pipeline, those that were skipped left out
  GraphSize before;
  GraphSize after;
  int64_t changes = 0;
};

RewriteReport run_exact_passes(Graph& graph, const RewriteOptions& options = {});

/// One pass alone; returns the number of changes.
int64_t run_pass(Graph& graph, const PassDef& pass, const RewriteLimits& limits = {});

}  // namespace mote
