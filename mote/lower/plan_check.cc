#include "mote/lower/plan_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mote {
namespace {

// As far as the offsets of a plan are to be trusted; also that of guards around the arena.
constexpr int64_t kAlignment = 64;

// Bytes at a multiple of kAlignment.
class AlignedBytes {
 public:
  explicit AlignedBytes(int64_t size) : storage_(static_cast<size_t>(size + kAlignment)) {
    void* start = storage_.data();
    size_t space = storage_.size();
    std::align(kAlignment, static_cast<size_t>(size), start, space);
    bytes_ = {static_cast<std::byte*>(start), static_cast<size_t>(size)};
  }
  AlignedBytes(AlignedBytes&&) = default;
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> storage_;
  std::span<std::byte> bytes_;
};

struct Range {
  int64_t offset, size;
};

// Which bytes of the arena hold what a later call or the caller reads.
class Arena {
 public:
  Arena(const PlanCalls& calls, const MemoryPlan& plan)
      : calls_(calls),
        plan_(plan),
        problem_(memory_problem(calls, plan.order, plan.kernels)),
        memory_(plan.arena_bytes + 2 * kAlignment) {}

  std::string violation() const {
    std::vector<int64_t> offsets = plan_.value_offsets;
    for (const int32_t call : plan_.order) offsets.push_back(plan_.scratch_offsets[call]);
    for (size_t i = 0; i < offsets.size(); ++i) {
      if (offsets[i] < 0 || offsets[i] > plan_.arena_bytes - problem_.buffers[i].size_bytes) {
        return fmt::format("buffer {} at {} leaves the arena of {} bytes", i, offsets[i],
                           plan_.arena_bytes);
      }
    }
    return layout_violation(problem_, offsets);
  }

  std::byte* at(int64_t offset) const { return memory_.bytes().data() + kAlignment + offset; }
  std::span<std::byte> value(int32_t v) const {
    return {at(plan_.value_offsets[v]), static_cast<size_t>(calls_.values[v].size_bytes)};
  }

  // Another pattern in every step, so that no byte keeps its value by chance.
  void poison(int32_t step) const {
    std::vector<bool> used(memory_.bytes().size());
    for (size_t v = 0; v < calls_.values.size(); ++v) {
      const MemoryBuffer& b = problem_.buffers[v];
      const bool is_written = calls_.values[v].is_input || b.first_step < step;
      if (is_written && b.last_step >= step) mark(used, {plan_.value_offsets[v], b.size_bytes});
    }
    for (size_t k = 0; k < used.size(); ++k) {
      if (!used[k])
        memory_.bytes()[k] = static_cast<std::byte>((k * 167 + step * 59 + 0x5C) & 0xFF);
    }
  }

  std::vector<std::byte> snapshot() const {
    return {memory_.bytes().begin(), memory_.bytes().end()};
  }

  // The first byte that changed outside of the call's outputs and scratch.
  std::string stray_write(int32_t call, const std::vector<std::byte>& before) const {
    std::vector<bool> allowed(before.size());
    for (const int32_t v : calls_.calls[call].outputs) {
      mark(allowed, {plan_.value_offsets[v], calls_.values[v].size_bytes});
    }
    const PlanKernel& kernel = calls_.calls[call].kernels[plan_.kernels[call]];
    mark(allowed, {plan_.scratch_offsets[call], kernel.scratch_bytes});
    for (size_t k = 0; k < before.size(); ++k) {
      if (allowed[k] || before[k] == memory_.bytes()[k]) continue;
      return fmt::format("call {}: wrote byte {} of the arena, which is neither output nor scratch",
                         call, static_cast<int64_t>(k) - kAlignment);
    }
    return {};
  }

 private:
  static void mark(std::vector<bool>& bytes, Range range) {
    const auto first = bytes.begin() + kAlignment + range.offset;
    std::fill(first, first + range.size, true);
  }

  const PlanCalls& calls_;
  const MemoryPlan& plan_;
  MemoryProblem problem_;
  AlignedBytes memory_;
};

template <class ValueBytes>
PlanOperands operands_of(const PlanCall& call, std::byte* scratch, ValueBytes&& bytes_of) {
  PlanOperands operands = {.scratch = scratch};
  for (const int32_t v : call.inputs) {
    operands.inputs.push_back(v < 0 ? nullptr : bytes_of(v).data());
  }
  for (const int32_t v : call.outputs) operands.outputs.push_back(bytes_of(v).data());
  return operands;
}

// Every value in memory of its own.
std::vector<AlignedBytes> run_apart(const PlanCalls& calls, const MemoryPlan& plan,
                                    const PlanRun& run) {
  std::vector<AlignedBytes> values;
  for (size_t v = 0; v < calls.values.size(); ++v) {
    values.emplace_back(calls.values[v].size_bytes);
    if (calls.values[v].is_input) run.fill(static_cast<int32_t>(v), values.back().bytes());
  }
  run.reset();
  for (const int32_t c : plan.order) {
    const PlanCall& call = calls.calls[c];
    const AlignedBytes scratch(call.kernels[plan.kernels[c]].scratch_bytes);
    run.run(c, plan.kernels[c], operands_of(call, scratch.bytes().data(), [&](int32_t v) {
              return values[v].bytes();
            }));
  }
  return values;
}

std::string difference(std::span<const std::byte> expected, std::span<const std::byte> found) {
  const auto [e, f] = std::mismatch(expected.begin(), expected.end(), found.begin());
  if (e == expected.end()) return {};
  return fmt::format("differs at byte {}: {} instead of {}", e - expected.begin(),
                     std::to_integer<int>(*f), std::to_integer<int>(*e));
}

}  // namespace

std::string check_plan(const PlanCalls& calls, const MemoryPlan& plan, const PlanRun& run) {
  const Arena arena(calls, plan);
  if (std::string what = arena.violation(); !what.empty()) return what;
  const std::vector<AlignedBytes> expected = run_apart(calls, plan, run);
  arena.poison(0);
  for (size_t v = 0; v < calls.values.size(); ++v) {
    if (calls.values[v].is_input)
      run.fill(static_cast<int32_t>(v), arena.value(static_cast<int32_t>(v)));
  }
  run.reset();
  for (size_t step = 0; step < plan.order.size(); ++step) {
    const int32_t c = plan.order[step];
    arena.poison(static_cast<int32_t>(step));
    const std::vector<std::byte> before = arena.snapshot();
    run.run(c, plan.kernels[c],
            operands_of(calls.calls[c], arena.at(plan.scratch_offsets[c]),
                        [&](int32_t v) { return arena.value(v); }));
    if (std::string what = arena.stray_write(c, before); !what.empty()) return what;
    for (const int32_t v : calls.calls[c].outputs) {
      const std::string what = difference(expected[v].bytes(), arena.value(v));
      if (!what.empty()) return fmt::format("call {}: value {} {}", c, v, what);
    }
  }
  for (size_t v = 0; v < calls.values.size(); ++v) {
    if (!calls.values[v].is_output) continue;
    const std::string what = difference(expected[v].bytes(), arena.value(static_cast<int32_t>(v)));
    if (!what.empty()) return fmt::format("in the end: value {} {}", v, what);
  }
  return {};
}

}  // namespace mote
