#include <algorithm>
#include <functional>
#include <numeric>

#include "mote/lower/plan_conflicts.h"

namespace mote::plan_detail {
namespace {

using Order = std::vector<int32_t>;

Placement place_in_order(const MemoryProblem& problem, const Conflicts& conflicts,
                         const Order& order) {
  Placement placement;
  placement.offsets.assign(problem.buffers.size(), kUnplaced);
  for (const int32_t i : order) {
    const MemoryBuffer& b = problem.buffers[i];
    placement.offsets[i] = lowest_offset(conflicts[i], placement.offsets, 0, b.alignment);
    placement.arena_bytes = std::max(placement.arena_bytes, placement.offsets[i] + b.size_bytes);
  }
  return placement;
}

Order sorted_by(const MemoryProblem& problem,
                const std::function<int64_t(const MemoryBuffer&)>& descending) {
  Order order(problem.buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return descending(problem.buffers[a]) > descending(problem.buffers[b]);
  });
  return order;
}

// Step by step, the most demanding first; within a step in the order given. Source: "greedy by
// breadth", Pisarchyk and Lee 2020 (arXiv 2001.03288).
Order by_breadth(const MemoryProblem& problem, const Order& within) {
  const std::vector<int64_t> need = required_bytes(problem);
  std::vector<int32_t> steps(need.size());
  std::iota(steps.begin(), steps.end(), 0);
  std::stable_sort(steps.begin(), steps.end(),
                   [&](int32_t a, int32_t b) { return need[a] > need[b]; });
  Order order;
  std::vector<bool> taken(problem.buffers.size());
  for (const int32_t step : steps) {
    for (const int32_t i : within) {
      const MemoryBuffer& b = problem.buffers[i];
      if (taken[i] || b.first_step > step || b.last_step < step) continue;
      taken[i] = true;
      order.push_back(i);
    }
  }
  return order;
}

std::vector<Order> starting_orders(const MemoryProblem& problem) {
  const Order by_size = sorted_by(problem, [](const MemoryBuffer& b) { return b.size_bytes; });
  const Order by_area = sorted_by(problem, [](const MemoryBuffer& b) {
    // saturating: only the order matters
    const int64_t steps = int64_t{b.last_step} - b.first_step + 1;
    return b.size_bytes > INT64_MAX / steps ? INT64_MAX : b.size_bytes * steps;
  });
  const Order by_lifetime =
      sorted_by(problem, [](const MemoryBuffer& b) { return b.last_step - b.first_step; });
  // Outputs before the inputs that they must lie below, and the other way round.
  const Order backwards = sorted_by(problem, [](const MemoryBuffer& b) { return b.first_step; });
  const Order forwards = sorted_by(problem, [](const MemoryBuffer& b) { return -b.first_step; });
  return {by_size,
          by_area,
          by_lifetime,
          backwards,
          forwards,
          by_breadth(problem, by_size),
          by_breadth(problem, backwards)};
}

// Moves what reaches the top halfway to the front, again and again: squeaky wheel optimization
// (Joslin and Clements 1999).
void improve(const MemoryProblem& problem, const Conflicts& conflicts, int64_t enough,
             int32_t improvements, Order order, Placement& best) {
  Placement current = place_in_order(problem, conflicts, order);
  for (int round = 0;; ++round) {
    if (current.arena_bytes < best.arena_bytes) best = current;
    if (best.arena_bytes <= enough || round == improvements) return;
    for (size_t k = 0; k < order.size(); ++k) {
      const int32_t i = order[k];
      const int64_t end = current.offsets[i] + problem.buffers[i].size_bytes;
      if (end < current.arena_bytes || k == 0) continue;
      const auto to = order.begin() + static_cast<ptrdiff_t>(k / 2);
      std::rotate(to, order.begin() + static_cast<ptrdiff_t>(k),
                  order.begin() + static_cast<ptrdiff_t>(k) + 1);
    }
    current = place_in_order(problem, conflicts, order);
  }
}

}  // namespace

int64_t lowest_offset(std::span<const Conflict> conflicts, std::span<const int64_t> offsets,
                      int64_t floor, int64_t alignment) {
  struct Interval {
    int64_t first, last;
  };
  std::vector<Interval> forbidden;
  for (const Conflict& c : conflicts) {
    const int64_t at = offsets[c.other];
    if (at == kUnplaced || c.below + c.above < 2) continue;
    forbidden.push_back({at - c.below + 1, at + c.above - 1});
  }
  std::sort(forbidden.begin(), forbidden.end(),
            [](const Interval& a, const Interval& b) { return a.first < b.first; });
  const auto aligned = [&](int64_t x) { return (x + alignment - 1) & ~(alignment - 1); };
  int64_t offset = aligned(floor);
  for (const Interval& interval : forbidden) {
    if (interval.first > offset) break;
    if (interval.last >= offset) offset = aligned(interval.last + 1);
  }
  return offset;
}

Placement place_greedily(const MemoryProblem& problem, const Conflicts& conflicts, int64_t enough,
                         int32_t improvements) {
  Placement best{.offsets = {}, .arena_bytes = INT64_MAX};
  for (const Order& order : starting_orders(problem)) {
    improve(problem, conflicts, enough, improvements, order, best);
    if (best.arena_bytes <= enough) break;
  }
  return best;
}

}  // namespace mote::plan_detail
