// A stage of the network run patch by patch, so that of the values inside it only what one patch of
// the stage's result needs is alive at once.
//
//   for (const Stage& stage : patchable_stages(graph)) {
//     std::optional<Graph> patched = run_by_patches(graph, {stage, .rows = 4, .columns = 1});
//   }
//
// Exact: every element is computed from the same numbers, by the same operator. What neighbouring
// patches both need is computed twice; measure_size counts it. It is no pass of the pipeline,
// because it costs work: who has less memory than the plan takes asks for it.
// Source: Lin et al. 2021 (MCUNetV2, arXiv 2110.15352), section 3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mote/ir/graph.h"

namespace mote {

/// Nodes `first` to `last` (both included) of the topological order. What they compute is read
/// outside of them only as the result of the last one.
struct Stage {
  size_t first = 0;
  size_t last = 0;
  bool operator==(const Stage&) const = default;
};

/// All stages of two nodes and more whose operators compute a place from the places around it:
/// convolutions, pools, and element by element. `graph` must have static shapes.
std::vector<Stage> patchable_stages(const Graph& graph);

struct PatchGrid {
  Stage stage;
  int64_t rows = 1;     ///< how many patches the result's height is divided into
  int64_t columns = 1;  ///< and its width
};

struct PatchEstimate {
  /// What the stage needs while it runs by patches: what it reads and its result as a whole, and
  /// the most that one patch keeps alive, outputs on top of inputs where an operator reads no
  /// neighbours. For choosing; a memory plan tells.
  int64_t bytes = 0;
  int64_t extra_macs = 0;  ///< of one sample, beyond the stage's own
};

/// Nothing where run_by_patches gives nothing.
std::optional<PatchEstimate> estimate_patches(const Graph& graph, const PatchGrid& grid);

/// The graph with that stage by patches. Nothing when the grid has more rows or columns than the
/// result, or a patch would lie in the padding alone. Throws kInvalidArgument for a stage that is
/// none of `patchable_stages`.
std::optional<Graph> run_by_patches(const Graph& graph, const PatchGrid& grid);

}  // namespace mote
