// Where buffers lie in one arena: the placement problem alone, without networks or kernels.
//
//   MemoryProblem problem;
//   problem.buffers = {{.size_bytes = 640, .first_step = 0, .last_step = 0},
//                      {.size_bytes = 128, .first_step = 0, .last_step = 1}};
//   const MemoryLayout layout = plan_layout(problem);  // arena_bytes 768
//
// Buffers that are alive in one step lie apart, except where a Sharing says how far one of two
// suffices. plan_layout takes the best of several greedy orders, then searches exactly within a
// limit of nodes, not of time: the same problem gives the same layout everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mote {

/// Bytes that are needed from the start of step `first_step` to the end of `last_step`.
struct MemoryBuffer {
  int64_t size_bytes = 0;
  int32_t first_step = 0;
  int32_t last_step = 0;
  int64_t alignment = 1;  ///< of the offset; a power of two
};

/// The distance that only separate places satisfy.
inline constexpr int64_t kApart = INT64_MAX;

/// A buffer born in the step in which another dies may overlap it: allowed are offset(output) <=
/// offset(input) - below and offset(output) >= offset(input) + above. Negative distances count as
/// 0. The rule relates this pair alone. It has no effect unless input.last_step ==
/// output.first_step.
struct MemorySharing {
  int32_t output = -1;
  int32_t input = -1;
  int64_t below = kApart;
  int64_t above = kApart;
  /// Only the same offset, or apart: for work that may be done in any order. `below` is 0 then.
  bool same_place = false;
};

struct MemoryProblem {
  std::vector<MemoryBuffer> buffers;
  std::vector<MemorySharing> sharings;
};

struct MemoryLayout {
  std::vector<int64_t> offsets;  ///< one per buffer
  int64_t arena_bytes = 0;       ///< the largest offset + size
  /// Bytes that no layout can go below: the most that one step needs, overlaps allowed.
  int64_t lower_bound_bytes = 0;
  bool proven_optimal = false;
};

struct LayoutOptions {
  /// Placements that the exact search may try; 0: greedy only.
  int64_t max_nodes = 100'000;
  /// Attempts to improve each greedy order; gains end after few.
  int32_t improvements = 60;
  /// The first greedy layout that needs no more than this is taken.
  int64_t enough_bytes = 0;
};

/// Throws kInvalidArgument on sizes, steps, alignments or indices out of range.
MemoryLayout plan_layout(const MemoryProblem& problem, const LayoutOptions& options = {});

/// Bytes of the buffers alive in each step.
std::vector<int64_t> live_bytes(const MemoryProblem& problem);
/// Of each step the bytes without which it cannot run, when overlaps are used as far as they go.
std::vector<int64_t> required_bytes(const MemoryProblem& problem);

/// Which rule `offsets` breaks, in words; empty when they are a layout of `problem`.
std::string layout_violation(const MemoryProblem& problem, std::span<const int64_t> offsets);

}  // namespace mote
