// The placement problem as forbidden intervals, shared by the greedy and the exact search.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mote/lower/plan_layout.h"

namespace mote::plan_detail {

/// The offset of the buffer that has this entry must not lie strictly between offset(other) - below
/// and offset(other) + above. Two buffers that must be apart: below = own size, above = the
/// other's.
struct Conflict {
  int32_t other;
  int64_t below, above;
};

/// Conflicts of every buffer, by the index of the other. Checks the problem.
std::vector<std::vector<Conflict>> find_conflicts(const MemoryProblem& problem);

/// Bytes that the two buffers of a sharing need together at least.
int64_t shared_span(const MemoryProblem& problem, const MemorySharing& sharing);
/// Whether the lifetimes let the rule act.
bool is_active(const MemoryProblem& problem, const MemorySharing& sharing);

inline constexpr int64_t kUnplaced = -1;

/// The lowest offset >= `floor` for the buffer that has `conflicts`; unplaced others do not count.
int64_t lowest_offset(std::span<const Conflict> conflicts, std::span<const int64_t> offsets,
                      int64_t floor, int64_t alignment);

struct Placement {
  std::vector<int64_t> offsets;
  int64_t arena_bytes = 0;
};

using Conflicts = std::vector<std::vector<Conflict>>;
/// The best of several orders, each improved by placing earlier what ended highest; stops at
/// `enough` bytes.
Placement place_greedily(const MemoryProblem& problem, const Conflicts& conflicts, int64_t enough,
                         int32_t improvements);

struct ExactResult {
  Placement best;  ///< `start` where nothing better was found
  bool complete = false;
};
/// Depth-first over all orders of rising offsets, bounded by what the steps still need.
ExactResult place_exactly(const MemoryProblem& problem, const Conflicts& conflicts,
                          const Placement& start, int64_t lower_bound, int64_t max_nodes);

}  // namespace mote::plan_detail
