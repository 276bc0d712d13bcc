#include "mote/lower/plan_calls.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mote/base/error.h"
#include "mote/base/random.h"

namespace mote {
namespace {

using Indices = std::vector<int32_t>;

PlanCall call(Indices inputs, Indices outputs) {
  return {.inputs = std::move(inputs), .outputs = std::move(outputs), .kernels = {{}}};
}

TEST(PlanMemory, of_a_layer_stores_below_its_input_at_the_distance) {
  PlanCalls calls = {
      .values = {{.size_bytes = 640, .is_input = true}, {.size_bytes = 128, .is_output = true}}};
  calls.calls = {{.inputs = {0, -1}, .outputs = {1}, .kernels = {{.below = {127, kApart}}}}};
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, 767);
  EXPECT_EQ(plan.largest_live_bytes, 768);
  EXPECT_EQ(plan.value_offsets, (std::vector<int64_t>{127, 0}));
}

TEST(PlanMemory, counts_scratch_and_aligns_it) {
  PlanCalls calls = {
      .values = {{.size_bytes = 10, .is_input = true}, {.size_bytes = 10, .is_output = true}}};
  calls.calls = {
      {.inputs = {0}, .outputs = {1}, .kernels = {{.scratch_bytes = 30, .scratch_alignment = 64}}}};
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, 50);
  EXPECT_EQ(plan.scratch_offsets[0], 0);
  EXPECT_EQ(plan.largest_live_bytes, 20);
}

TEST(PlanMemory, keeps_all_outputs_of_a_call_apart_from_its_inputs) {
  PlanCalls calls = {.values = {{.size_bytes = 8, .is_input = true},
                                {.size_bytes = 8, .is_output = true},
                                {.size_bytes = 8, .is_output = true}}};
  calls.calls = {{.inputs = {0}, .outputs = {1, 2}, .kernels = {{.below = {0}}}}};
  EXPECT_EQ(plan_memory(calls).arena_bytes, 24);
}

TEST(PlanMemory, overlaps_an_input_that_is_read_twice_as_far_as_both_uses_allow) {
  PlanCalls calls = {
      .values = {{.size_bytes = 8, .is_input = true}, {.size_bytes = 8, .is_output = true}}};
  calls.calls = {{.inputs = {0, 0}, .outputs = {1}, .kernels = {{.below = {0, 3}}}}};
  EXPECT_EQ(plan_memory(calls).arena_bytes, 11);
  calls.calls[0].kernels[0].below[1] = kApart;
  EXPECT_EQ(plan_memory(calls).arena_bytes, 16);
}

TEST(PlanMemory, takes_a_kernel_with_less_overlap_or_scratch_only_where_it_shrinks_the_arena) {
  PlanCalls calls = {.values = {{.size_bytes = 100, .is_input = true},
                                {.size_bytes = 100},
                                {.size_bytes = 10, .is_output = true}}};
  const PlanKernel fast = {.below = {90}};
  const PlanKernel frugal = {.scratch_bytes = 20, .below = {0}};
  calls.calls = {{.inputs = {0}, .outputs = {1}, .kernels = {fast, frugal}},
                 {.inputs = {1}, .outputs = {2}, .kernels = {fast, frugal}}};
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, 120);
  EXPECT_EQ(plan.kernels, (Indices{1, 0}));
}

TEST(PlanMemory, changes_several_kernels_where_only_all_of_them_shrink_the_arena) {
  PlanCalls calls = {.values = {{.size_bytes = 100, .is_input = true}}};
  const PlanKernel fast = {.scratch_bytes = 90};
  const PlanKernel frugal = {.below = {5}};
  for (int32_t c = 0; c < 3; ++c) {
    calls.values.push_back({.size_bytes = 100, .is_output = c == 2});
    calls.calls.push_back({.inputs = {c}, .outputs = {c + 1}, .kernels = {fast, frugal}});
  }
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, 115);
  EXPECT_EQ(plan.kernels, (Indices{1, 1, 1}));
}

// Two branches from one input: the one that ends small goes first.
TEST(PlanMemory, leaves_a_chain_in_place_though_the_scratch_for_that_is_more_than_one_distance) {
  constexpr int32_t kCalls = 4;
  PlanCalls calls;
  for (int32_t v = 0; v <= kCalls; ++v) calls.values.push_back({.size_bytes = 1000});
  calls.values.front().is_input = true;
  calls.values.back().is_output = true;
  for (int32_t c = 0; c < kCalls; ++c) {
    calls.calls.push_back({.inputs = {c},
                           .outputs = {c + 1},
                           .kernels = {{.below = {60}}, {.scratch_bytes = 200, .below = {0}}}});
  }
  EXPECT_EQ(plan_memory(calls).arena_bytes, 1200);
}

TEST(ReorderCalls, finishes_the_branch_that_leaves_less_alive) {
  PlanCalls calls = {.values = {{.size_bytes = 10, .is_input = true},
                                {.size_bytes = 60},
                                {.size_bytes = 100},
                                {.size_bytes = 5},
                                {.size_bytes = 10, .is_output = true}}};
  calls.calls = {call({0}, {1}), call({0}, {2}), call({2}, {3}), call({1, 3}, {4})};
  EXPECT_EQ(reorder_calls(calls), (Indices{1, 2, 0, 3}));
  EXPECT_EQ(plan_memory(calls).arena_bytes, 115);
  EXPECT_EQ(plan_memory(calls, {.reorder = false}).arena_bytes, 170);
}

TEST(ReorderCalls, keeps_the_order_where_nothing_is_gained) {
  PlanCalls calls = {.values = {{.size_bytes = 10, .is_input = true},
                                {.size_bytes = 60},
                                {.size_bytes = 60},
                                {.size_bytes = 5, .is_output = true}}};
  calls.calls = {call({0}, {1}), call({0}, {2}), call({1, 2}, {3})};
  EXPECT_EQ(reorder_calls(calls), (Indices{0, 1, 2}));
}

TEST(ReorderCalls, keeps_the_order_of_calls_that_use_a_state) {
  PlanCalls calls = {.values = {{.size_bytes = 10, .is_input = true},
                                {.size_bytes = 60},
                                {.size_bytes = 100},
                                {.size_bytes = 5},
                                {.size_bytes = 10, .is_output = true}}};
  calls.calls = {call({0}, {1}), call({0}, {2}), call({2}, {3}), call({1, 3}, {4})};
  calls.calls[0].states = {7};
  calls.calls[1].states = {7};
  EXPECT_EQ(reorder_calls(calls), (Indices{0, 1, 2, 3}));
}

TEST(PlanMemory, refuses_calls_in_the_wrong_order) {
  PlanCalls calls = {.values = {{.size_bytes = 1}, {.size_bytes = 1}}};
  calls.calls = {call({0}, {1})};
  EXPECT_THROW(plan_memory(calls), Error);
}

// Two calls in place, each quick with some scratch or slow without.
TEST(PlanMemory, spends_its_slack_on_preferred_kernels) {
  PlanCalls calls = {.values = {{.size_bytes = 100, .is_input = true},
                                {.size_bytes = 100},
                                {.size_bytes = 100, .is_output = true}}};
  const PlanKernel quick = {.scratch_bytes = 4, .below = {0}};
  const PlanKernel slow = {.below = {0}};
  for (int32_t c = 0; c < 2; ++c) {
    calls.calls.push_back({.inputs = {c}, .outputs = {c + 1}, .kernels = {quick, slow}});
  }
  const MemoryPlan smallest = plan_memory(calls);
  EXPECT_EQ(smallest.arena_bytes, 100);
  EXPECT_EQ(smallest.kernels, (Indices{1, 1}));
  const MemoryPlan quicker = plan_memory(calls, {.slack_percent = 5});
  EXPECT_EQ(quicker.arena_bytes, 104);
  EXPECT_EQ(quicker.kernels, (Indices{0, 0}));
  EXPECT_EQ(plan_memory(calls, {.slack_percent = 3}).kernels, (Indices{1, 1}));
}

PlanCalls random_calls(Rng& rng, int32_t count) {
  PlanCalls calls = {.values = {{.size_bytes = rng.integer(1, 30), .is_input = true}}};
  for (int32_t c = 0; c < count; ++c) {
    PlanCall next = {.outputs = {c + 1}};
    PlanKernel kernel = {.scratch_bytes = rng.integer(0, 3) == 0 ? rng.integer(1, 9) : 0};
    for (int64_t k = rng.integer(1, 2); k > 0; --k) {
      next.inputs.push_back(static_cast<int32_t>(rng.integer(std::max(0, c - 3), c)));
      kernel.below.push_back(rng.integer(0, 1) == 0 ? rng.integer(0, 9) : kApart);
    }
    next.kernels = {kernel};
    if (rng.integer(0, 5) == 0) next.states = {0};
    calls.calls.push_back(std::move(next));
    calls.values.push_back({.size_bytes = rng.integer(1, 40)});
  }
  calls.values.back().is_output = true;
  return calls;
}

int64_t peak_of(const PlanCalls& calls, const Indices& order) {
  const auto required =
      required_bytes(memory_problem(calls, order, Indices(calls.calls.size(), 0)));
  return *std::max_element(required.begin(), required.end());
}

// The least peak by trying every order.
int64_t least_peak(const PlanCalls& calls) {
  Indices order(calls.calls.size());
  for (size_t c = 0; c < order.size(); ++c) order[c] = static_cast<int32_t>(c);
  int64_t least = INT64_MAX;
  do {
    std::vector<bool> defined(calls.values.size());
    defined[0] = true;
    bool legal = true;
    int32_t last_state = -1;
    for (const int32_t c : order) {
      for (const int32_t v : calls.calls[c].inputs) legal &= defined[v];
      for (const int32_t v : calls.calls[c].outputs) defined[v] = true;
      if (calls.calls[c].states.empty()) continue;
      legal &= c > last_state;
      last_state = c;
    }
    if (legal) least = std::min(least, peak_of(calls, order));
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

TEST(ReorderCalls, finds_the_least_peak_of_all_orders) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const PlanCalls calls = random_calls(rng, 6);
    EXPECT_EQ(peak_of(calls, reorder_calls(calls)), least_peak(calls));
  }
}

TEST(PlanMemory, of_random_calls_is_legal_and_repeatable) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const PlanCalls calls = random_calls(rng, static_cast<int32_t>(rng.integer(1, 30)));
    const PlanOptions options = {.layout = {.max_nodes = 1000}};
    const MemoryPlan plan = plan_memory(calls, options);
    EXPECT_EQ(plan_memory(calls, options).value_offsets, plan.value_offsets);
    EXPECT_GE(plan.arena_bytes, plan.lower_bound_bytes);
    EXPECT_LE(peak_of(calls, plan.order), plan.arena_bytes);
    std::vector<int64_t> offsets = plan.value_offsets;
    for (const int32_t c : plan.order) offsets.push_back(plan.scratch_offsets[c]);
    EXPECT_EQ(layout_violation(memory_problem(calls, plan.order, plan.kernels), offsets), "");
    // A greedy order is legal too, and no better.
    const Indices greedy = reorder_calls(calls, {.max_states = 1});
    EXPECT_GE(peak_of(calls, greedy), peak_of(calls, reorder_calls(calls)));
  }
}

}  // namespace
}  // namespace mote
