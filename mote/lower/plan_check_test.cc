#include "mote/lower/plan_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/kernel_table.h"

namespace mote {
namespace {

// Each output byte is the sum of the bytes at and `reach` before its place in the input.
PlanRun sums(int32_t reach, int64_t size) {
  PlanRun run;
  run.fill = [](int32_t, std::span<std::byte> bytes) {
    for (size_t k = 0; k < bytes.size(); ++k) bytes[k] = static_cast<std::byte>(3 * k + 1);
  };
  run.run = [=](int32_t, int32_t, const PlanOperands& operands) {
    const std::byte* x = operands.inputs[0];
    for (int64_t k = 0; k < size; ++k) {
      const int before = k >= reach ? std::to_integer<int>(x[k - reach]) : 0;
      operands.outputs[0][k] = static_cast<std::byte>(std::to_integer<int>(x[k]) + before);
    }
  };
  return run;
}

PlanCalls chain(int64_t below) {
  PlanCalls calls = {.values = {{.size_bytes = 50, .is_input = true},
                                {.size_bytes = 50},
                                {.size_bytes = 50, .is_output = true}}};
  for (int32_t c = 0; c < 2; ++c) {
    calls.calls.push_back({.inputs = {c}, .outputs = {c + 1}, .kernels = {{.below = {below}}}});
  }
  return calls;
}

TEST(CheckPlan, holds_where_distances_are_long_enough) {
  const PlanCalls calls = chain(4);
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, 58);
  EXPECT_EQ(check_plan(calls, plan, sums(4, 50)), "");
}

TEST(CheckPlan, finds_a_distance_that_is_too_short) {
  const PlanCalls calls = chain(4);
  const std::string what = check_plan(calls, plan_memory(calls), sums(6, 50));
  EXPECT_NE(what.find("call 0: value 1 differs"), std::string::npos) << what;
}

TEST(CheckPlan, finds_a_plan_that_overlaps_what_is_alive) {
  const PlanCalls calls = chain(kApart);
  MemoryPlan plan = plan_memory(calls);
  plan.value_offsets[1] = plan.value_offsets[0];
  EXPECT_NE(check_plan(calls, plan, sums(0, 50)).find("nearer"), std::string::npos);
  plan.value_offsets[1] = plan.arena_bytes - 10;
  EXPECT_NE(check_plan(calls, plan, sums(0, 50)).find("leaves the arena"), std::string::npos);
}

TEST(CheckPlan, finds_a_kernel_that_writes_beside_its_output) {
  const PlanCalls calls = chain(kApart);
  const std::string what = check_plan(calls, plan_memory(calls), sums(0, 51));
  EXPECT_NE(what.find("neither output nor scratch"), std::string::npos) << what;
}

TEST(CheckPlan, finds_a_kernel_that_reads_what_nobody_wrote) {
  const PlanCalls calls = chain(kApart);
  PlanRun run = sums(0, 50);
  run.run = [](int32_t, int32_t, const PlanOperands& operands) {
    std::fill_n(operands.outputs[0], 50, operands.inputs[0][50]);
  };
  EXPECT_NE(check_plan(calls, plan_memory(calls), run), "");
}

// A chain of depthwise layers, each stored over its own input by the kernel that saves rows.
TEST(CheckPlan, holds_for_depthwise_layers_in_place) {
  const mote_kernel* kernel = nullptr;
  for (int32_t i = 0; mote_kernel_at(i) != nullptr; ++i) {
    const std::string_view name = mote_kernel_at(i)->name;
    if (name == "depthwise_conv_2d_i8_in_place") kernel = mote_kernel_at(i);
  }
  ASSERT_NE(kernel, nullptr);
  mote_depthwise_conv_2d_params p = {};
  p.n = 1, p.h = p.oh = 12, p.w = p.ow = 5, p.ic = 8, p.multiplier = 1, p.kh = p.kw = 3;
  p.stride_h = p.stride_w = p.dilation_h = p.dilation_w = p.pad_top = p.pad_left = 1;
  const mote_multiplier multiplier = {1 << 30, -6};
  p.output = {&multiplier, nullptr, 0, 0, -128, 127, MOTE_ROUND_DOUBLE};
  std::vector<int8_t> weights(3 * 3 * 8);
  for (size_t k = 0; k < weights.size(); ++k) weights[k] = static_cast<int8_t>(37 * k);

  const int64_t size = 12 * 5 * 8;
  PlanCalls calls = {.values = {{.size_bytes = size, .is_input = true}}};
  for (int32_t c = 0; c < 4; ++c) {
    calls.values.push_back({.size_bytes = size, .is_output = c == 3});
    calls.calls.push_back({.inputs = {c},
                           .outputs = {c + 1},
                           .kernels = {{.scratch_bytes = kernel->scratch_bytes(&p),
                                        .below = {kernel->overlap(&p, 0)}}}});
  }
  const MemoryPlan plan = plan_memory(calls);
  EXPECT_EQ(plan.arena_bytes, size + 2 * 5 * 8);
  PlanRun run = sums(0, 0);
  run.run = [&](int32_t, int32_t, const PlanOperands& operands) {
    const void* inputs[] = {operands.inputs[0], weights.data(), nullptr};
    void* outputs[] = {operands.outputs[0]};
    const mote_kernel_args args = {&p, nullptr, inputs, outputs, operands.scratch, 0, 1};
    kernel->run(&args);
  };
  EXPECT_EQ(check_plan(calls, plan, run), "");
}

}  // namespace
}  // namespace mote
