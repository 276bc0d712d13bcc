#include "mote/lower/plan_calls.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mote/base/error.h"

namespace mote {
namespace {

using Indices = std::vector<int32_t>;

void check_calls(const PlanCalls& calls) {
  const auto value_count = static_cast<int32_t>(calls.values.size());
  std::vector<bool> defined(calls.values.size());
  for (size_t v = 0; v < defined.size(); ++v) defined[v] = calls.values[v].is_input;
  for (size_t c = 0; c < calls.calls.size(); ++c) {
    const PlanCall& call = calls.calls[c];
    for (const int32_t v : call.inputs) {
      if (v >= value_count || (v >= 0 && !defined[v])) {
        throw_error(ErrorKind::kInvalidArgument,
                    "call {} reads value {} of {} before it is computed", c, v, value_count);
      }
    }
    for (const int32_t v : call.outputs) {
      if (v < 0 || v >= value_count || defined[v]) {
        throw_error(ErrorKind::kInvalidArgument, "call {} computes value {} of {} again", c, v,
                    value_count);
      }
      defined[v] = true;
    }
    if (call.kernels.empty()) throw_error(ErrorKind::kInvalidArgument, "call {} has no kernel", c);
    for (const PlanKernel& kernel : call.kernels) {
      if (!kernel.below.empty() && kernel.below.size() != call.inputs.size()) {
        throw_error(ErrorKind::kInvalidArgument, "call {}: {} distances for {} inputs", c,
                    kernel.below.size(), call.inputs.size());
      }
    }
  }
}

// A value that a call reads twice may be overlapped as far as all its uses allow.
int64_t distance_to(const PlanCall& call, const PlanKernel& kernel, int32_t value) {
  int64_t below = 0;
  for (size_t k = 0; k < call.inputs.size(); ++k) {
    if (call.inputs[k] == value) below = std::max(below, kernel.below[k]);
  }
  return below;
}

void add_sharings(const PlanCall& call, const PlanKernel& kernel, MemoryProblem& problem) {
  // The distance is about the one output: of several, each could overwrite what the others need.
  if (call.outputs.size() != 1 || kernel.below.empty()) return;
  for (size_t k = 0; k < call.inputs.size(); ++k) {
    const int32_t value = call.inputs[k];
    const bool seen =
        std::find(call.inputs.begin(), call.inputs.begin() + static_cast<ptrdiff_t>(k), value) !=
        call.inputs.begin() + static_cast<ptrdiff_t>(k);
    if (value < 0 || seen) continue;
    const int64_t below = distance_to(call, kernel, value);
    if (below == kApart) continue;
    problem.sharings.push_back({call.outputs[0], value, below, kApart, kernel.same_place});
  }
}

// Choosing kernels makes many layouts, so each gets less effort; and steps that hold less than half
// of the arena do not decide its size.
constexpr int32_t kChoiceImprovements = 4;
constexpr int64_t kDecisiveShare = 2;

struct Attempt {
  Indices order;
  Indices kernels;
  MemoryLayout layout;
};

Attempt attempt(const PlanCalls& calls, Indices order, Indices kernels,
                const LayoutOptions& options) {
  MemoryLayout layout = plan_layout(memory_problem(calls, order, kernels), options);
  return {std::move(order), std::move(kernels), std::move(layout)};
}

// The calls that have a choice and run while much is alive.
Indices decisive_calls(const PlanCalls& calls, const Attempt& current) {
  const std::vector<int64_t> live =
      live_bytes(memory_problem(calls, current.order, current.kernels));
  Indices decisive;
  for (size_t step = 0; step < current.order.size(); ++step) {
    const int32_t call = current.order[step];
    if (calls.calls[call].kernels.size() < 2) continue;
    if (live[step] >= current.layout.arena_bytes / kDecisiveShare) decisive.push_back(call);
  }
  return decisive;
}

// Bytes by which a kernel alone can make the arena larger.
int64_t appetite(const PlanCalls& calls, const PlanCall& call, const PlanKernel& kernel) {
  int64_t below = 0;
  for (const int32_t v : call.outputs) below += calls.values[v].size_bytes;
  for (const int64_t distance : kernel.below) {
    below = std::min(below, std::max<int64_t>(0, distance));
  }
  return kernel.scratch_bytes + below;
}

// Of every call the kernel for which `need(call, kernel)` is least.
template <typename Need>
Indices least_kernels(const PlanCalls& calls, const Need& need) {
  Indices kernels;
  for (const PlanCall& call : calls.calls) {
    const auto least = std::min_element(
        call.kernels.begin(), call.kernels.end(),
        [&](const PlanKernel& a, const PlanKernel& b) { return need(call, a) < need(call, b); });
    kernels.push_back(static_cast<int32_t>(least - call.kernels.begin()));
  }
  return kernels;
}

// Those that alone make the arena least larger; and those that leave their output nearest to its
// input, whatever their scratch: distances of a chain of calls add up, scratch does not.
std::vector<Indices> frugal_starts(const PlanCalls& calls) {
  const auto alone = [&](const PlanCall& call, const PlanKernel& kernel) {
    return appetite(calls, call, kernel);
  };
  const auto in_a_chain = [&](const PlanCall& call, const PlanKernel& kernel) {
    const int64_t bytes = appetite(calls, call, kernel);
    return std::pair(bytes - kernel.scratch_bytes, kernel.scratch_bytes);
  };
  std::vector<Indices> starts = {least_kernels(calls, alone), least_kernels(calls, in_a_chain)};
  if (starts[0] == starts[1]) starts.pop_back();
  return starts;
}

// Whether an earlier kernel needs no more, so that this one is never better.
bool is_dominated(const PlanCall& call, int32_t kernel) {
  const PlanKernel& late = call.kernels[kernel];
  const auto below = [&](const PlanKernel& k, size_t input) {
    return k.below.empty() ? kApart : std::max<int64_t>(0, k.below[input]);
  };
  for (int32_t e = 0; e < kernel; ++e) {
    const PlanKernel& early = call.kernels[e];
    bool covers = early.scratch_bytes <= late.scratch_bytes &&
                  early.scratch_alignment <= late.scratch_alignment;
    for (size_t k = 0; k < call.inputs.size() && covers; ++k) {
      covers = below(early, k) <= below(late, k);
    }
    if (covers) return true;
  }
  return false;
}

class KernelChoice {
 public:
  KernelChoice(const PlanCalls& calls, const Indices& order, Indices start)
      : calls_(calls), current_(attempt(calls, order, std::move(start), effort(0))) {}

  // Changes the kernel of one call after the other where that shrinks the arena, until none does.
  void shrink() {
    for (bool shrunk = true; shrunk;) {
      shrunk = false;
      for (const int32_t call : decisive_calls(calls_, current_)) {
        const auto count = static_cast<int32_t>(calls_.calls[call].kernels.size());
        for (int32_t kernel = 0; kernel < count; ++kernel) {
          if (is_dominated(calls_.calls[call], kernel)) continue;
          shrunk |= change(call, kernel, current_.layout.arena_bytes - 1);
        }
      }
    }
  }

  // Goes back to the first kernel with which the arena takes no more than `limit`.
  void prefer_first(int64_t limit) {
    for (int32_t call = 0; call < static_cast<int32_t>(calls_.calls.size()); ++call) {
      for (int32_t kernel = 0; kernel < current_.kernels[call]; ++kernel) {
        if (change(call, kernel, limit)) break;
      }
    }
  }

  // Gives the most demanding call that can do with less the next kernel that needs less, until the
  // arena takes at most `limit`; false when none can.
  bool reduce_to(int64_t limit) {
    while (current_.layout.arena_bytes > limit) {
      const std::vector<int64_t> required =
          required_bytes(memory_problem(calls_, current_.order, current_.kernels));
      int32_t call = -1;
      int64_t most = -1;
      for (size_t step = 0; step < current_.order.size(); ++step) {
        if (required[step] <= most || less_demanding(current_.order[step]) < 0) continue;
        call = current_.order[step];
        most = required[step];
      }
      if (call < 0) return false;
      Indices kernels = current_.kernels;
      kernels[call] = less_demanding(call);
      current_ = attempt(calls_, current_.order, std::move(kernels), effort(limit));
    }
    return true;
  }

  const Attempt& current() const { return current_; }
  Attempt take() { return std::move(current_); }

 private:
  static LayoutOptions effort(int64_t enough) {
    return {.max_nodes = 0, .improvements = kChoiceImprovements, .enough_bytes = enough};
  }

  // The first kernel of a call behind its current one that is less demanding; -1: none.
  int32_t less_demanding(int32_t call) const {
    const PlanCall& of = calls_.calls[call];
    const auto appetite_of = [&](int32_t kernel) {
      return appetite(calls_, of, of.kernels[kernel]);
    };
    for (auto kernel = current_.kernels[call] + 1; kernel < std::ssize(of.kernels); ++kernel) {
      if (appetite_of(kernel) < appetite_of(current_.kernels[call])) return kernel;
    }
    return -1;
  }

  bool change(int32_t call, int32_t kernel, int64_t limit) {
    if (kernel == current_.kernels[call]) return false;
    Indices kernels = current_.kernels;
    kernels[call] = kernel;
    const std::vector<int64_t> required =
        required_bytes(memory_problem(calls_, current_.order, kernels));
    if (*std::max_element(required.begin(), required.end()) > limit) return false;
    Attempt next = attempt(calls_, current_.order, std::move(kernels), effort(limit));
    if (next.layout.arena_bytes > limit) return false;
    current_ = std::move(next);
    return true;
  }

  const PlanCalls& calls_;
  Attempt current_;
};

// How far kernels are from the preferred ones.
int64_t demotion(const Attempt& of) {
  return std::accumulate(of.kernels.begin(), of.kernels.end(), int64_t{0});
}

// Takes more preferred kernels as far as the slack allows: from the kernels found on, and from the
// preferred ones, as often several must become frugal together.
void spend_slack(const PlanCalls& calls, int64_t slack_percent, Attempt& best) {
  constexpr int64_t kWhole = 100;
  const int64_t limit = best.layout.arena_bytes * (kWhole + slack_percent) / kWhole;
  for (const Indices& start : {best.kernels, Indices(calls.calls.size(), 0)}) {
    KernelChoice choice(calls, best.order, start);
    if (!choice.reduce_to(limit)) continue;
    choice.prefer_first(limit);
    Attempt found = choice.take();
    if (demotion(found) < demotion(best)) best = std::move(found);
  }
}

// From the preferred kernels and from frugal ones to where no single change helps; all, because
// often only several changes together shrink the arena.
void choose_kernels(const PlanCalls& calls, const PlanOptions& options, Attempt& best) {
  if (decisive_calls(calls, best).empty()) return;
  std::vector<Indices> starts = frugal_starts(calls);
  starts.insert(starts.begin(), best.kernels);
  for (const Indices& start : starts) {
    KernelChoice choice(calls, best.order, start);
    choice.shrink();
    choice.prefer_first(choice.current().layout.arena_bytes);
    Attempt found = choice.take();
    if (found.layout.arena_bytes < best.layout.arena_bytes) best = std::move(found);
  }
  if (options.slack_percent > 0) spend_slack(calls, options.slack_percent, best);
  Attempt careful = attempt(calls, best.order, best.kernels, options.layout);
  if (careful.layout.arena_bytes <= best.layout.arena_bytes) best = std::move(careful);
}

MemoryPlan finished(const PlanCalls& calls, Attempt found) {
  const MemoryProblem problem = memory_problem(calls, found.order, found.kernels);
  MemoryPlan plan = {.order = std::move(found.order),
                     .kernels = std::move(found.kernels),
                     .arena_bytes = found.layout.arena_bytes,
                     .lower_bound_bytes = found.layout.lower_bound_bytes,
                     .proven_optimal = found.layout.proven_optimal};
  const auto values = static_cast<ptrdiff_t>(calls.values.size());
  const std::vector<int64_t>& offsets = found.layout.offsets;
  plan.value_offsets.assign(offsets.begin(), offsets.begin() + values);
  plan.scratch_offsets.resize(calls.calls.size());
  for (size_t step = 0; step < plan.order.size(); ++step) {
    plan.scratch_offsets[plan.order[step]] = offsets[calls.values.size() + step];
  }
  MemoryProblem values_alone = problem;
  values_alone.buffers.resize(calls.values.size());
  for (const int64_t bytes : live_bytes(values_alone)) {
    plan.largest_live_bytes = std::max(plan.largest_live_bytes, bytes);
  }
  return plan;
}

}  // namespace

MemoryProblem memory_problem(const PlanCalls& calls, const Indices& order, const Indices& kernels) {
  MemoryProblem problem;
  const auto last = std::max<int32_t>(0, static_cast<int32_t>(order.size()) - 1);
  for (const PlanValue& value : calls.values) {
    // A value that nobody computes takes no room.
    const int64_t bytes = value.is_input ? value.size_bytes : 0;
    problem.buffers.push_back({bytes, 0, value.is_output ? last : 0, value.alignment});
  }
  for (size_t step = 0; step < order.size(); ++step) {
    const PlanCall& call = calls.calls[order[step]];
    const PlanKernel& kernel = call.kernels[kernels[order[step]]];
    const auto now = static_cast<int32_t>(step);
    for (const int32_t v : call.inputs) {
      if (v >= 0) problem.buffers[v].last_step = std::max(problem.buffers[v].last_step, now);
    }
    for (const int32_t v : call.outputs) {
      problem.buffers[v].size_bytes = calls.values[v].size_bytes;
      problem.buffers[v].first_step = now;
      problem.buffers[v].last_step = std::max(problem.buffers[v].last_step, now);
    }
    problem.buffers.push_back({kernel.scratch_bytes, now, now, kernel.scratch_alignment});
    add_sharings(call, kernel, problem);
  }
  return problem;
}

MemoryPlan plan_memory(const PlanCalls& calls, const PlanOptions& options) {
  check_calls(calls);
  Indices given(calls.calls.size());
  std::iota(given.begin(), given.end(), 0);
  const Indices preferred(calls.calls.size(), 0);
  Attempt best = attempt(calls, given, preferred, options.layout);
  if (options.reorder) {
    Indices order = reorder_calls(calls);
    if (order != given) {
      Attempt other = attempt(calls, std::move(order), preferred, options.layout);
      if (other.layout.arena_bytes < best.layout.arena_bytes) best = std::move(other);
    }
  }
  choose_kernels(calls, options, best);
  return finished(calls, std::move(best));
}

}  // namespace mote
