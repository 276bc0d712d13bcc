#include "mote/measure/device_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/lower/lower.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

using testing::HasSubstr;

DeviceCosts costs() {
  return DeviceCosts::parse(R"(
[targets.board]
isa = "mcu"
clock_mhz = 10
cycles_per_instruction = 2
base_code_bytes = 100
stack_bytes = 64

[[kernels]]
kernel = "*"
isa = "mcu"
per_call = 5
per_input = 1
per_output = 2
per_mac = 3
code_bytes = 50
)",
                            "'test'");
}

// x f32[1,4] -> fully_connected [1,3] -> fully_connected [1,3], two layers of one kernel.
Program two_layers() {
  Graph graph("two");
  ValueId at = graph.add_input("x", {DataType::kF32, {1, 4}});
  for (const int64_t inputs : {4, 3}) {
    const ValueId w = graph.add_constant("w", Tensor(DataType::kF32, {3, inputs}));
    at = graph.add_node({.op = &op("fully_connected"),
                         .name = fmt::format("fc{}", inputs),
                         .inputs = {at, w},
                         .attributes = Attributes::of(FullyConnectedAttrs{})})[0];
  }
  graph.set_outputs({at});
  return lower(graph, {.isa = Isa::kMcu, .plan = PlanKind::kRam});
}

TEST(DeviceUse, counts_each_call_and_its_kernel_once) {
  const DeviceCosts table = costs();
  const DeviceUse use = device_use(two_layers(), table, table.target("board"));
  ASSERT_EQ(use.calls.size(), 2u);
  EXPECT_EQ(use.calls[0].macs, 12);
  EXPECT_EQ(use.calls[0].input_elements, 4);
  EXPECT_EQ(use.calls[0].output_elements, 3);
  EXPECT_EQ(use.calls[0].instructions, 5 + 4 + 2 * 3 + 3 * 12);
  EXPECT_EQ(use.calls[0].weight_bytes, 48);
  EXPECT_EQ(use.calls[1].weight_bytes, 36);
  EXPECT_EQ(use.totals.code_bytes, 50);
  EXPECT_GT(use.calls[0].param_bytes, 0);
  EXPECT_FALSE(use.calls[0].is_calibrated);
  EXPECT_EQ(use.totals.live_bytes, use.arena_bytes);
  EXPECT_EQ(use.ram_bytes(), use.arena_bytes + 64);
  EXPECT_EQ(use.flash_bytes(), 48 + 36 + use.totals.param_bytes + 50 + 100);
  EXPECT_EQ(use.cycles(), use.totals.instructions * 2);
  EXPECT_DOUBLE_EQ(use.milliseconds(), use.cycles() / 10'000);
}

TEST(DeviceUse, within_its_budget_raises_nothing) {
  const DeviceCosts table = costs();
  const DeviceUse use = device_use(two_layers(), table, table.target("board"));
  EXPECT_EQ(budget_violation(use, {}), "");
  EXPECT_NO_THROW(check_budget(use, {use.ram_bytes(), use.flash_bytes()}));
}

TEST(DeviceUse, beyond_its_budget_says_which_layers_take_most) {
  const DeviceCosts table = costs();
  const DeviceUse use = device_use(two_layers(), table, table.target("board"));
  EXPECT_THAT(budget_violation(use, {.ram_bytes = use.ram_bytes() - 1}),
              HasSubstr("bytes, 1 more than the"));
  const std::string text = budget_violation(use, {.flash_bytes = 10});
  EXPECT_THAT(text, HasSubstr("weights 84"));
  EXPECT_LT(text.find("fc4"), text.find("fc3"));
  try {
    check_budget(use, {.ram_bytes = 1, .flash_bytes = 1});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(info(error.kind()).exit_code, 2);
    EXPECT_THAT(error.what(), HasSubstr("the model does not fit board\nRAM:"));
  }
}

TEST(ParseBytes, takes_kilobytes_and_megabytes) {
  EXPECT_EQ(parse_bytes("65536"), 65536);
  EXPECT_EQ(parse_bytes("64K"), 65536);
  EXPECT_EQ(parse_bytes("1.5M"), 1572864);
  for (const char* wrong : {"", "K", "-1", "0", "12x", "nan", "inf", "1e300M"}) {
    EXPECT_THROW(parse_bytes(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace mote
