// Proves the memory plan of a Program by running it in a poisoned arena (plan_check.h): every call
// must compute what it computes with all buffers apart.
//
//   EXPECT_EQ(check_program(lower(graph, {.plan = PlanKind::kRam})), "");
#pragma once

#include <cstdint>
#include <string>

#include "mote/lower/plan_calls.h"
#include "mote/lower/program.h"

namespace mote {

struct CheckProgramOptions {
  uint64_t seed = 0;  ///< of the random content of inputs
  /// Runs the units of a call one by one from the last to the first, as threads might.
  bool reverse_units = false;
};

/// What went wrong first, with the node's name; empty when the plan holds.
std::string check_program(const Program& program, const CheckProgramOptions& options = {});

/// The calls of a program in its order, as the planner sees them; every call has one kernel.
PlanCalls plan_calls_of(const Program& program);
/// Where the program put them.
MemoryPlan plan_of(const Program& program);

}  // namespace mote
