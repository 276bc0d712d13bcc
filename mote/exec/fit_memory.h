// A program that stays within a limit of RAM: as it is where that suffices, else with a stage run
// patch by patch (mote/rewrite/patches.h), at the least extra work.
//
//   const FittedProgram fitted = prepare_within(graph, {.lower = {.plan = PlanKind::kRam}}, 65536);
//   if (fitted.patches) { ... fitted.patches->macs_after ... }
//   if (!fitted.fits) { ... fitted.program is the smallest that was found ... }
#pragma once

#include <optional>
#include <string>

#include "mote/exec/prepare.h"

namespace mote {

/// Which layers run by patches, and what that saves and costs.
struct PatchReport {
  std::string first, last;  ///< names of the stage's nodes, both included
  int64_t rows = 1, columns = 1;
  int64_t macs_before = 0, macs_after = 0;  ///< of the whole network, one sample
  int64_t ram_before = 0;                   ///< arena and states without patches
  int64_t ram_after = 0;
};

struct FittedProgram {
  std::shared_ptr<const Program> program;
  std::optional<PatchReport> patches;
  bool fits = false;
};

/// Arena and states of a program.
int64_t ram_bytes(const Program& program);

/// `limit` is for the arena and the states together. Where the plan for speed exceeds it, that for
/// RAM is taken; where that does too, stages are tried in order of their extra work until one fits.
/// Throws what prepare_program throws.
FittedProgram prepare_within(Graph graph, const PrepareOptions& options, int64_t limit);

}  // namespace mote
