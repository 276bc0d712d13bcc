#include "mote/measure/device_costs.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"

namespace mote {
namespace {

constexpr std::string_view kBoard = R"(
[targets.my-board]
isa = "mcu-dsp"
clock_mhz = 80
cycles_per_instruction = 1.25

[[kernels]]
kernel = "relu_i8"
isa = "mcu-dsp"
per_output = 2.5
code_bytes = 96
)";

std::string error_of(std::string_view text) {
  try {
    DeviceCosts::parse(text, "'board.toml'");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    return error.what();
  }
  return {};
}

TEST(DeviceCosts, built_in_has_a_row_for_every_kernel_of_every_target) {
  const DeviceCosts costs = DeviceCosts::built_in();
  EXPECT_FALSE(costs.targets().empty());
  for (const DeviceTarget& target : costs.targets()) {
    EXPECT_GT(costs.kernel(target, "no_such_kernel").per_output, 0.0) << target.name;
  }
}

TEST(DeviceCosts, of_the_user_take_the_place_of_the_built_in_ones) {
  DeviceCosts costs = DeviceCosts::built_in();
  costs.merge(DeviceCosts::parse(kBoard, "'board.toml'"));
  const DeviceTarget& target = costs.target("my_board");
  EXPECT_EQ(target.isa, Isa::kMcuDsp);
  EXPECT_EQ(target.clock_mhz, 80.0);
  EXPECT_EQ(costs.kernel(target, "relu_i8").per_output, 2.5);
  EXPECT_EQ(costs.kernel(target, "relu_i8").code_bytes, 96);
  EXPECT_EQ(costs.kernel(target, "another").kernel, "*");
}

TEST(DeviceCosts, say_what_is_wrong_in_a_table) {
  EXPECT_EQ(error_of("[targets.x]\nisa = \"avx2\"\n"),
            "'board.toml' [targets.x]: 'isa' is avx2; allowed: mcu, mcu-dsp, mcu-mve");
  EXPECT_EQ(error_of("[targets.x]\nisa = \"mcu\"\n"),
            "'board.toml' [targets.x]: 'clock_mhz' is 0; allowed: more than 0");
  EXPECT_EQ(error_of("[[kernels]]\nper_mac = 1\n"),
            "'board.toml' [[kernels]]: 'kernel' is missing; allowed: a kernel's name, or \"*\"");
  EXPECT_EQ(error_of("[[kernels]]\nkernel = \"*\"\nper_mac = -1\n"),
            "'board.toml' [[kernels]]: 'per_mac' is -1; allowed: 0 and more");
  EXPECT_NE(error_of("[[kernels]]\nkernel = \"*\"\nper_macs = 1\n"), "");
  EXPECT_EQ(error_of("[boards.x]\n"),
            "'board.toml': 'boards' is neither [targets.NAME] nor [[kernels]]");
  EXPECT_NE(error_of("kernels = [1]\n"), "");
  EXPECT_NE(error_of("targets = 4\n"), "");
  EXPECT_NE(error_of("[targets\n"), "");
}

TEST(DeviceCosts, name_the_targets_there_are) {
  const DeviceCosts costs = DeviceCosts::parse(kBoard, "'board.toml'");
  try {
    (void)costs.target("cortex-m9");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "there is no target 'cortex-m9'; there are my-board");
  }
  EXPECT_THROW((void)costs.kernel(costs.target("my-board"), "another"), Error);
}

}  // namespace
}  // namespace mote
