// Memory plans of real models: how small the arena gets, and that they hold when all unused bytes
// are poisoned.
#include <gtest/gtest.h>

#include <algorithm>

#include "mote/exec/prepare.h"
#include "mote/formats/model_file.h"
#include "mote/lower/check_program.h"
#include "mote/lower/lower.h"
#include "tests/golden_models.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

Graph load_for_one_sample(const fs::path& path) { return bind_batch(load_model(path), 1); }

struct Benchmark {
  std::string name;
  /// What the activations need with buffers that overlap (docs/decisions/0008-memory-plan.md).
  int64_t floor_bytes = 0;
};

void PrintTo(const Benchmark& benchmark, std::ostream* out) { *out << benchmark.name; }

class PlannedBenchmark : public testing::TestWithParam<Benchmark> {};

TEST_P(PlannedBenchmark, for_ram_is_within_5_percent_of_the_floor) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const Graph graph =
      load_for_one_sample(*shared_data() / "golden" / GetParam().name / "model.tflite");
  const Program program = lower(graph, {.plan = PlanKind::kRam, .plan_carefully = true});
  RecordProperty("arena_bytes", std::to_string(program.arena_bytes));
  EXPECT_LE(program.arena_bytes * 100, GetParam().floor_bytes * 105);
}

INSTANTIATE_TEST_SUITE_P(MlperfTiny, PlannedBenchmark,
                         testing::Values(Benchmark{"mlperf_ad_int8", 768},
                                         Benchmark{"mlperf_kws_int8", 8640},
                                         Benchmark{"mlperf_ic_int8", 33360},
                                         Benchmark{"mlperf_vww_int8", 36928},
                                         Benchmark{"mlperf_sww_int8", 4096}),
                         [](const auto& param) { return param.param.name; });

class PlannedModel : public testing::TestWithParam<std::string> {};

TEST_P(PlannedModel, computes_the_same_in_a_poisoned_arena) {
  const Graph graph = load_for_one_sample(*shared_data() / "golden" / GetParam() / "model.tflite");
  const Program ram = lower(graph, {.plan = PlanKind::kRam, .plan_carefully = true});
  EXPECT_EQ(check_program(ram), "");
  const Program speed = lower(graph, {.plan_carefully = true});
  EXPECT_EQ(check_program(speed), "");
  EXPECT_EQ(check_program(speed, {.reverse_units = true}), "");
}

// A live set counts the bytes that its buffers occupy, which start at multiples of 64.
TEST_P(PlannedModel, for_speed_takes_the_largest_live_set_and_scratch_at_most) {
  const Graph graph = load_for_one_sample(*shared_data() / "golden" / GetParam() / "model.tflite");
  const Program program = lower(graph, {.plan_carefully = true});
  PlanCalls calls = plan_calls_of(program);
  int64_t scratch = 0;
  for (PlanCall& call : calls.calls) {
    scratch = std::max(scratch, call.kernels[0].scratch_bytes);
    call.kernels[0] = {};
  }
  for (PlanValue& value : calls.values) value.size_bytes = (value.size_bytes + 63) / 64 * 64;
  const MemoryPlan plan = plan_of(program);
  const std::vector<int64_t> live = live_bytes(memory_problem(calls, plan.order, plan.kernels));
  EXPECT_LE(program.arena_bytes, *std::max_element(live.begin(), live.end()) + scratch);
}

INSTANTIATE_TEST_SUITE_P(Golden, PlannedModel, testing::ValuesIn(test::golden_folders()),
                         test::golden_test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PlannedModel);

}  // namespace
}  // namespace mote
