#include "mote/lower/plan_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "mote/base/checked.h"
#include "mote/base/error.h"
#include "mote/lower/plan_conflicts.h"

namespace mote {
namespace plan_detail {
namespace {

bool alive_together(const MemoryBuffer& a, const MemoryBuffer& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

void check_problem(const MemoryProblem& problem) {
  int64_t total = 0;
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const MemoryBuffer& b = problem.buffers[i];
    if (b.size_bytes < 0 || b.first_step < 0 || b.last_step < b.first_step || b.alignment < 1 ||
        !std::has_single_bit(static_cast<uint64_t>(b.alignment))) {
      throw_error(ErrorKind::kInvalidArgument,
                  "buffer {}: {} bytes in steps {} to {}, aligned to {}; sizes must not be "
                  "negative, steps must rise from 0, alignments must be powers of two",
                  i, b.size_bytes, b.first_step, b.last_step, b.alignment);
    }
    total = checked_add(total, checked_add(b.size_bytes, b.alignment, "arena"), "arena");
  }
  const auto count = static_cast<int32_t>(problem.buffers.size());
  for (const MemorySharing& s : problem.sharings) {
    if (s.input < 0 || s.input >= count || s.output < 0 || s.output >= count ||
        s.input == s.output) {
      throw_error(ErrorKind::kInvalidArgument, "sharing of buffers {} and {} among {} buffers",
                  s.output, s.input, count);
    }
  }
}

// The distances of a sharing that matter: farther than apart is apart.
MemorySharing effective(const MemoryProblem& problem, MemorySharing s) {
  s.below = std::clamp<int64_t>(s.below, 0, problem.buffers[s.output].size_bytes);
  s.above = std::clamp<int64_t>(s.above, 0, problem.buffers[s.input].size_bytes);
  return s;
}

// One offset is allowed between two forbidden runs.
void allow_same_place(std::vector<Conflict>& conflicts, int32_t other) {
  const auto at = std::lower_bound(conflicts.begin(), conflicts.end(), other,
                                   [](const Conflict& c, int32_t o) { return c.other < o; });
  if (at == conflicts.end() || at->other != other) return;
  const Conflict above{other, 0, at->above};
  at->above = 0;
  conflicts.insert(at + 1, above);
}

void restrict_conflict(std::vector<Conflict>& conflicts, int32_t other, int64_t below,
                       int64_t above) {
  const auto at = std::lower_bound(conflicts.begin(), conflicts.end(), other,
                                   [](const Conflict& c, int32_t o) { return c.other < o; });
  if (at == conflicts.end() || at->other != other) return;
  at->below = below;
  at->above = above;
}

}  // namespace

bool is_active(const MemoryProblem& problem, const MemorySharing& s) {
  return problem.buffers[s.input].last_step == problem.buffers[s.output].first_step;
}

int64_t shared_span(const MemoryProblem& problem, const MemorySharing& sharing) {
  const MemorySharing s = effective(problem, sharing);
  const int64_t in = problem.buffers[s.input].size_bytes;
  const int64_t out = problem.buffers[s.output].size_bytes;
  return std::min(std::max(in + s.below, out), std::max(in, out + s.above));
}

std::vector<std::vector<Conflict>> find_conflicts(const MemoryProblem& problem) {
  check_problem(problem);
  const auto count = static_cast<int32_t>(problem.buffers.size());
  std::vector<std::vector<Conflict>> conflicts(count);
  // Only neighbours in time meet: by first step, everything that starts before this one ends.
  std::vector<int32_t> by_start;
  for (int32_t i = 0; i < count; ++i) {
    if (problem.buffers[i].size_bytes > 0) by_start.push_back(i);
  }
  std::stable_sort(by_start.begin(), by_start.end(), [&](int32_t a, int32_t b) {
    return problem.buffers[a].first_step < problem.buffers[b].first_step;
  });
  for (size_t k = 0; k < by_start.size(); ++k) {
    const int32_t i = by_start[k];
    for (size_t l = k + 1; l < by_start.size(); ++l) {
      const int32_t j = by_start[l];
      if (!alive_together(problem.buffers[i], problem.buffers[j])) break;
      const int64_t size_i = problem.buffers[i].size_bytes;
      const int64_t size_j = problem.buffers[j].size_bytes;
      conflicts[i].push_back({j, size_i, size_j});
      conflicts[j].push_back({i, size_j, size_i});
    }
  }
  for (std::vector<Conflict>& list : conflicts) {
    std::sort(list.begin(), list.end(),
              [](const Conflict& a, const Conflict& b) { return a.other < b.other; });
  }
  for (const MemorySharing& sharing : problem.sharings) {
    if (!is_active(problem, sharing)) continue;
    const MemorySharing s = effective(problem, sharing);
    if (s.same_place) {
      allow_same_place(conflicts[s.output], s.input);
      allow_same_place(conflicts[s.input], s.output);
      continue;
    }
    restrict_conflict(conflicts[s.output], s.input, s.below, s.above);
    restrict_conflict(conflicts[s.input], s.output, s.above, s.below);
  }
  return conflicts;
}

}  // namespace plan_detail

namespace {

size_t step_count(const MemoryProblem& problem) {
  int32_t last = -1;
  for (const MemoryBuffer& b : problem.buffers) last = std::max(last, b.last_step);
  return static_cast<size_t>(last) + 1;
}

}  // namespace

std::vector<int64_t> live_bytes(const MemoryProblem& problem) {
  std::vector<int64_t> live(step_count(problem));
  for (const MemoryBuffer& b : problem.buffers) {
    for (int32_t step = b.first_step; step <= b.last_step; ++step) live[step] += b.size_bytes;
  }
  return live;
}

std::vector<int64_t> required_bytes(const MemoryProblem& problem) {
  std::vector<int64_t> required = live_bytes(problem);
  // An output hides at most itself, and under each input what the pair's span leaves.
  std::vector<int64_t> hidden(problem.buffers.size());
  for (const MemorySharing& s : problem.sharings) {
    if (!plan_detail::is_active(problem, s)) continue;
    hidden[s.output] += problem.buffers[s.input].size_bytes + problem.buffers[s.output].size_bytes -
                        plan_detail::shared_span(problem, s);
  }
  for (size_t i = 0; i < hidden.size(); ++i) {
    const MemoryBuffer& b = problem.buffers[i];
    required[b.first_step] -= std::min(hidden[i], b.size_bytes);
  }
  return required;
}

std::string layout_violation(const MemoryProblem& problem, std::span<const int64_t> offsets) {
  const plan_detail::Conflicts conflicts = plan_detail::find_conflicts(problem);
  if (offsets.size() != problem.buffers.size()) {
    return fmt::format("{} offsets for {} buffers", offsets.size(), problem.buffers.size());
  }
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (offsets[i] < 0 || offsets[i] % problem.buffers[i].alignment != 0) {
      return fmt::format("buffer {} lies at {}, which its alignment of {} forbids", i, offsets[i],
                         problem.buffers[i].alignment);
    }
    for (const plan_detail::Conflict& c : conflicts[i]) {
      const int64_t other = offsets[c.other];
      if (offsets[i] > other - c.below && offsets[i] < other + c.above) {
        return fmt::format("buffer {} at {} is nearer to buffer {} at {} than -{} and +{} allow", i,
                           offsets[i], c.other, other, c.below, c.above);
      }
    }
  }
  return {};
}

MemoryLayout plan_layout(const MemoryProblem& problem, const LayoutOptions& options) {
  const plan_detail::Conflicts conflicts = plan_detail::find_conflicts(problem);
  MemoryLayout layout;
  for (const int64_t bytes : required_bytes(problem)) {
    layout.lower_bound_bytes = std::max(layout.lower_bound_bytes, bytes);
  }
  const int64_t enough = std::max(layout.lower_bound_bytes, options.enough_bytes);
  plan_detail::Placement best =
      plan_detail::place_greedily(problem, conflicts, enough, options.improvements);
  layout.proven_optimal = best.arena_bytes == layout.lower_bound_bytes;
  if (best.arena_bytes > enough && options.max_nodes > 0) {
    plan_detail::ExactResult exact = plan_detail::place_exactly(
        problem, conflicts, best, layout.lower_bound_bytes, options.max_nodes);
    best = std::move(exact.best);
    layout.proven_optimal = exact.complete || best.arena_bytes == layout.lower_bound_bytes;
  }
  layout.offsets = std::move(best.offsets);
  layout.arena_bytes = best.arena_bytes;
  return layout;
}

}  // namespace mote
