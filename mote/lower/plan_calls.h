// The memory plan of a list of kernel calls: their order, which kernel of several each call uses,
// and where values and scratch lie in the arena.
//
//   PlanCalls calls = {.values = {{.size_bytes = 640, .is_input = true}, {.size_bytes = 128}}};
//   calls.calls = {{.inputs = {0}, .outputs = {1}, .kernels = {{.below = {127}}}}};
//   const MemoryPlan plan = plan_memory(calls);  // arena_bytes 767
//
// Constants and states live elsewhere and are no values here. The same calls and options give the
// same plan everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "mote/lower/plan_layout.h"

namespace mote {

/// What a call computes or reads, in the arena.
struct PlanValue {
  int64_t size_bytes = 0;
  int64_t alignment = 1;
  bool is_input = false;   ///< filled by the caller before the first call
  bool is_output = false;  ///< read by the caller after the last call
};

/// One kernel that could do a call.
struct PlanKernel {
  int64_t scratch_bytes = 0;
  int64_t scratch_alignment = 1;
  /// How far below each entry of `inputs` an only output must start; kApart where they must not
  /// overlap, and for all when empty.
  std::vector<int64_t> below = {};
  /// The output may take the very place of an input with distance 0, and overlap it in no other
  /// way.
  bool same_place = false;
};

struct PlanCall {
  std::vector<int32_t> inputs;  ///< values; -1: absent, constant or a state
  std::vector<int32_t> outputs;
  std::vector<int32_t> states = {};  ///< that it reads or writes: such calls keep their order
  std::vector<PlanKernel> kernels;   ///< the preferred one first; not empty
};

struct PlanCalls {
  std::vector<PlanValue> values;
  std::vector<PlanCall> calls;  ///< producers before consumers
};

struct PlanOptions {
  bool reorder = true;
  /// Preferred kernels may make the arena so much larger than the smallest that was found.
  int64_t slack_percent = 0;
  LayoutOptions layout = {};
};

struct MemoryPlan {
  std::vector<int32_t> order;            ///< the calls, first to last
  std::vector<int32_t> kernels;          ///< of each call, by its index in PlanCalls
  std::vector<int64_t> value_offsets;    ///< of each value
  std::vector<int64_t> scratch_offsets;  ///< of each call; 0 where it has no scratch
  int64_t arena_bytes = 0;
  int64_t lower_bound_bytes = 0;   ///< no layout of this order and these kernels needs less
  int64_t largest_live_bytes = 0;  ///< the most that values alive together take, without overlaps
  bool proven_optimal = false;
};

/// Throws kInvalidArgument when calls use values out of range, or before they are computed.
MemoryPlan plan_memory(const PlanCalls& calls, const PlanOptions& options = {});

/// The buffers of `calls` in `order`: values by their index, then the scratch of each step.
MemoryProblem memory_problem(const PlanCalls& calls, const std::vector<int32_t>& order,
                             const std::vector<int32_t>& kernels);

struct OrderOptions {
  /// Sets of done calls that the exact search may visit; beyond, only a greedy order is tried.
  int64_t max_states = 20'000;
};

/// An order of `calls` whose most demanding step needs least, by `required_bytes` with the
/// preferred kernels. The order given, where no other is found to need less.
std::vector<int32_t> reorder_calls(const PlanCalls& calls, const OrderOptions& options = {});

}  // namespace mote
