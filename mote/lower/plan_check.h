// Proves a memory plan by running it: in an arena whose unused bytes are filled with poison before
// each call, the calls must compute what they compute with memory of their own.
//
//   PlanRun run = {.fill = ..., .reset = ..., .call = ...};
//   EXPECT_EQ(check_plan(calls, plan, run), "");
//
// Finds plans that let live buffers overlap, distances that are too short for a kernel's order of
// stores, kernels that write beside their outputs and scratch, and ones that read what they did not
// write.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mote/lower/plan_calls.h"

namespace mote {

/// Where a call finds its operands; nullptr for inputs of index -1.
struct PlanOperands {
  std::vector<const std::byte*> inputs;
  std::vector<std::byte*> outputs;
  std::byte* scratch = nullptr;
};

/// How the calls of a program run.
struct PlanRun {
  /// Writes the content of an input value.
  std::function<void(int32_t value, std::span<std::byte> bytes)> fill;
  /// Brings states back to their initial content, before each of the two runs.
  std::function<void()> reset = [] {};
  /// Runs one call with its kernel of that index.
  std::function<void(int32_t call, int32_t kernel, const PlanOperands& operands)> run;
};

/// What went wrong first: "call 3: value 4 differs at byte 17". Empty when the plan holds.
std::string check_plan(const PlanCalls& calls, const MemoryPlan& plan, const PlanRun& run);

}  // namespace mote
