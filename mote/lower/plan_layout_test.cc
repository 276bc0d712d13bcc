#include "mote/lower/plan_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "mote/base/error.h"
#include "mote/base/random.h"

namespace mote {
namespace {

MemoryLayout planned(const MemoryProblem& problem, int64_t max_nodes = 100'000) {
  const MemoryLayout layout = plan_layout(problem, {.max_nodes = max_nodes});
  EXPECT_EQ(layout_violation(problem, layout.offsets), "");
  return layout;
}

TEST(PlanLayout, of_nothing_is_empty) { EXPECT_EQ(planned({}).arena_bytes, 0); }

TEST(PlanLayout, puts_a_chain_into_its_largest_pair) {
  const MemoryProblem problem = {.buffers = {{640, 0, 0}, {128, 0, 1}, {128, 1, 2}, {640, 2, 2}},
                                 .sharings = {}};
  const MemoryLayout layout = planned(problem);
  EXPECT_EQ(layout.arena_bytes, 768);
  EXPECT_TRUE(layout.proven_optimal);
}

TEST(PlanLayout, needs_no_bytes_for_empty_buffers) {
  const MemoryProblem problem = {.buffers = {{0, 0, 3}, {16, 0, 3}, {0, 1, 1}}, .sharings = {}};
  EXPECT_EQ(planned(problem).arena_bytes, 16);
}

TEST(PlanLayout, aligns_every_offset) {
  const MemoryProblem problem = {.buffers = {{10, 0, 1, 64}, {10, 0, 1, 64}, {3, 0, 1, 1}},
                                 .sharings = {}};
  EXPECT_EQ(planned(problem).arena_bytes, 74);
}

// Four buffers where no order of first fit by size reaches the live set, but a search does.
TEST(PlanLayout, search_closes_holes_that_greedy_orders_leave) {
  const MemoryProblem problem = {
      .buffers = {{2, 0, 1}, {3, 0, 0}, {3, 1, 2}, {2, 2, 3}, {3, 3, 3}, {1, 0, 3}},
      .sharings = {}};
  EXPECT_EQ(planned(problem).arena_bytes, 6);
}

TEST(PlanLayout, shares_one_place_along_a_chain_in_place) {
  const MemoryProblem problem = {
      .buffers = {{100, 0, 0}, {100, 0, 1}, {100, 1, 2}, {100, 2, 2}},
      .sharings = {{1, 0, 0, kApart}, {2, 1, 0, kApart}, {3, 2, 0, kApart}}};
  const MemoryLayout layout = planned(problem);
  EXPECT_EQ(layout.arena_bytes, 100);
  EXPECT_EQ(layout.lower_bound_bytes, 100);
}

TEST(PlanLayout, takes_the_same_place_whole_or_stays_apart) {
  // The second buffer would start below the first, where a third leaves room.
  const MemoryProblem problem = {.buffers = {{40, 0, 0}, {100, 0, 1}, {100, 1, 2}, {60, 1, 1}},
                                 .sharings = {{2, 1, 0, kApart, true}}};
  const MemoryLayout layout = planned(problem);
  const int64_t distance = layout.offsets[2] - layout.offsets[1];
  EXPECT_TRUE(distance == 0 || std::abs(distance) >= 100) << distance;
  EXPECT_EQ(layout.arena_bytes, 160);
  EXPECT_NE(layout_violation(problem, std::vector<int64_t>{0, 60, 40, 160}), "");
  EXPECT_NE(layout_violation(problem, std::vector<int64_t>{0, 40, 60, 160}), "");
}

TEST(PlanLayout, descends_along_a_chain_of_distances) {
  const MemoryProblem problem = {
      .buffers = {{100, 0, 0}, {100, 0, 1}, {100, 1, 2}, {100, 2, 2}},
      .sharings = {{1, 0, 10, kApart}, {2, 1, 10, kApart}, {3, 2, 10, kApart}}};
  const MemoryLayout layout = planned(problem);
  EXPECT_EQ(layout.arena_bytes, 130);
  EXPECT_EQ(layout.lower_bound_bytes, 110);
  EXPECT_TRUE(layout.proven_optimal);
}

TEST(PlanLayout, goes_down_and_up_where_both_directions_are_allowed) {
  const MemoryProblem problem = {.buffers = {{100, 0, 0}, {100, 0, 1}, {100, 1, 2}, {100, 2, 2}},
                                 .sharings = {{1, 0, 10, 20}, {2, 1, 10, 20}, {3, 2, 10, 20}}};
  EXPECT_EQ(planned(problem).arena_bytes, 120);
}

TEST(PlanLayout, ignores_a_sharing_with_an_input_that_is_read_later) {
  const MemoryProblem problem = {.buffers = {{100, 0, 1}, {100, 0, 1}},
                                 .sharings = {{1, 0, 0, kApart}}};
  EXPECT_EQ(planned(problem).arena_bytes, 200);
}

TEST(PlanLayout, keeps_buffers_apart_that_share_with_a_third) {
  // An addition in place of both operands: they stay apart, the sum takes the place of one.
  const MemoryProblem problem = {.buffers = {{100, 0, 0}, {100, 0, 0}, {100, 0, 0}},
                                 .sharings = {{2, 0, 0, kApart}, {2, 1, 0, kApart}}};
  EXPECT_EQ(planned(problem).arena_bytes, 200);
}

TEST(PlanLayout, refuses_what_is_no_problem) {
  EXPECT_THROW(plan_layout({.buffers = {{-1, 0, 0}}, .sharings = {}}), Error);
  EXPECT_THROW(plan_layout({.buffers = {{1, 1, 0}}, .sharings = {}}), Error);
  EXPECT_THROW(plan_layout({.buffers = {{1, 0, 0, 3}}, .sharings = {}}), Error);
  EXPECT_THROW(plan_layout({.buffers = {{1, 0, 0}}, .sharings = {{1, 0, 0, 0}}}), Error);
}

TEST(PlanLayout, names_the_rule_that_a_layout_breaks) {
  const MemoryProblem problem = {.buffers = {{16, 0, 1, 4}, {16, 0, 1, 4}}, .sharings = {}};
  EXPECT_EQ(layout_violation(problem, std::vector<int64_t>{0, 16}), "");
  EXPECT_NE(layout_violation(problem, std::vector<int64_t>{0, 12}).find("nearer"),
            std::string::npos);
  EXPECT_NE(layout_violation(problem, std::vector<int64_t>{0, 17}).find("alignment"),
            std::string::npos);
  EXPECT_NE(layout_violation(problem, std::vector<int64_t>{0}).find("offsets"), std::string::npos);
}

// A chain of calls with skips and scratch, some outputs overlapping an input that ends there.
MemoryProblem random_problem(Rng& rng, int32_t steps) {
  MemoryProblem problem;
  std::vector<int32_t> ends_at(steps, -1);
  for (int32_t step = 0; step < steps; ++step) {
    const int64_t alignment = rng.integer(0, 3) == 0 ? 8 : 1;
    const int32_t last =
        std::min<int32_t>(steps - 1, step + 1 + static_cast<int32_t>(rng.integer(0, 2)));
    const auto index = static_cast<int32_t>(problem.buffers.size());
    problem.buffers.push_back({rng.integer(1, 40), step, last, alignment});
    if (ends_at[step] >= 0 && rng.integer(0, 1) == 0) {
      const int64_t above = rng.integer(0, 1) == 0 ? kApart : rng.integer(1, 20);
      problem.sharings.push_back({index, ends_at[step], rng.integer(0, 12), above});
    }
    if (last > step) ends_at[last] = index;
    if (rng.integer(0, 3) == 0) problem.buffers.push_back({rng.integer(1, 20), step, step, 1});
  }
  return problem;
}

TEST(PlanLayout, of_random_problems_is_legal_bounded_and_repeatable) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const MemoryProblem problem = random_problem(rng, static_cast<int32_t>(rng.integer(2, 24)));
    const MemoryLayout greedy = planned(problem, 0);
    const MemoryLayout exact = planned(problem, 2'000);
    EXPECT_LE(exact.arena_bytes, greedy.arena_bytes);
    EXPECT_GE(exact.arena_bytes, exact.lower_bound_bytes);
    EXPECT_EQ(plan_layout(problem, {.max_nodes = 2'000}).offsets, exact.offsets);
    int64_t top = 0;
    for (size_t i = 0; i < exact.offsets.size(); ++i) {
      top = std::max(top, exact.offsets[i] + problem.buffers[i].size_bytes);
    }
    EXPECT_EQ(top, exact.arena_bytes);
  }
}

// The least arena by trying every offset of every buffer.
int64_t by_brute_force(const MemoryProblem& problem, int64_t limit) {
  std::vector<int64_t> offsets(problem.buffers.size(), 0);
  int64_t best = limit;
  const auto visit = [&](const auto& self, size_t i) -> void {
    if (i == offsets.size()) {
      int64_t top = 0;
      for (size_t k = 0; k < i; ++k)
        top = std::max(top, offsets[k] + problem.buffers[k].size_bytes);
      if (top < best && layout_violation(problem, offsets).empty()) best = top;
      return;
    }
    const MemoryBuffer& b = problem.buffers[i];
    for (offsets[i] = 0; offsets[i] + b.size_bytes < best; offsets[i] += b.alignment) {
      self(self, i + 1);
    }
  };
  visit(visit, 0);
  return best;
}

TEST(PlanLayout, is_the_least_arena_that_trying_everything_finds) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    MemoryProblem problem;
    for (int i = 0; i < 5; ++i) {
      const auto first = static_cast<int32_t>(rng.integer(0, 3));
      problem.buffers.push_back(
          {rng.integer(1, 4), first, first + static_cast<int32_t>(rng.integer(0, 2)), 1});
    }
    for (int32_t o = 0; o < 5; ++o) {
      for (int32_t i = 0; i < 5; ++i) {
        const MemoryBuffer& in = problem.buffers[i];
        const MemoryBuffer& out = problem.buffers[o];
        if (i == o || in.last_step != out.first_step || in.first_step == out.first_step) continue;
        if (rng.integer(0, 2) > 0) problem.sharings.push_back({o, i, rng.integer(0, 2), kApart});
      }
    }
    const MemoryLayout layout = planned(problem);
    EXPECT_TRUE(layout.proven_optimal);
    EXPECT_EQ(layout.arena_bytes, by_brute_force(problem, layout.arena_bytes + 1));
  }
}

}  // namespace
}  // namespace mote
