// Budgets of code generation: what does not fit says so, what fits by patches is generated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/api/codegen.h"
#include "mote/base/error.h"
#include "mote/measure/device_costs.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

using testing::HasSubstr;

CodegenRequest request_for(const std::string& model) {
  return {.model = {.path = *shared_data() / "golden" / model / "model.tflite"},
          .target = codegen::Target::kCortexM4};
}

class CodegenBudget : public testing::Test {
 protected:
  void SetUp() override {
    if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  }
};

TEST_F(CodegenBudget, that_is_ample_changes_nothing) {
  CodegenRequest request = request_for("mlperf_kws_int8");
  const FittedProgram free = lower_for_target(request);
  request.budget = {.ram_bytes = 64 << 10, .flash_bytes = 256 << 10};
  const FittedProgram fitted = lower_for_target(request);
  EXPECT_EQ(ram_bytes(*fitted.program), ram_bytes(*free.program));
  EXPECT_FALSE(fitted.patches.has_value());
}

TEST_F(CodegenBudget, of_little_ram_is_met_by_patches) {
  CodegenRequest request = request_for("person_detect_int8");
  request.budget.ram_bytes = 25 << 10;
  const FittedProgram fitted = lower_for_target(request);
  ASSERT_TRUE(fitted.patches.has_value());
  EXPECT_LE(fitted.patches->ram_after, 25 << 10);
  EXPECT_LT(fitted.patches->macs_after * 100, fitted.patches->macs_before * 105);
}

TEST_F(CodegenBudget, of_too_little_ram_names_the_layers) {
  CodegenRequest request = request_for("mlperf_kws_int8");
  request.budget.ram_bytes = 4000;
  try {
    lower_for_target(request);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_THAT(error.what(), HasSubstr("the model does not fit cortex-m4\nRAM: "));
    EXPECT_THAT(error.what(), HasSubstr("(depthwise_conv_2d)"));
  }
}

TEST_F(CodegenBudget, of_too_little_flash_names_the_layers) {
  CodegenRequest request = request_for("mlperf_ad_int8");
  request.budget.flash_bytes = 128 << 10;
  try {
    lower_for_target(request);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("flash: "));
    EXPECT_THAT(error.what(), HasSubstr("(fully_connected)"));
  }
}

TEST(CostTable, knows_every_target_of_code_generation) {
  const DeviceCosts costs = DeviceCosts::built_in();
  for (const codegen::Target target : enum_values(codegen::Target{})) {
    EXPECT_EQ(costs.target(codegen::name(target)).isa, codegen::info(target).isa);
  }
}

}  // namespace
}  // namespace mote
