// Networks whose first layers run patch by patch: within the limit that was asked for, by a plan
// that holds, and the bytes of TensorFlow Lite Micro.
#include <gtest/gtest.h>

#include "mote/base/file.h"
#include "mote/exec/fit_memory.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"
#include "mote/lower/check_program.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

struct Fit {
  std::string model;
  int64_t limit_bytes = 0;    ///< below what the plan without patches takes
  double macs_allowed = 0.0;  ///< as a multiple of the network's
};

void PrintTo(const Fit& fit, std::ostream* out) { *out << fit.model; }

class PatchedModel : public testing::TestWithParam<Fit> {
 protected:
  void SetUp() override {
    if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  }
  std::filesystem::path folder() const { return *shared_data() / "golden" / GetParam().model; }
  FittedProgram fitted() const {
    // The portable kernels: the same plan on every machine.
    return prepare_within(
        load_model(folder() / "model.tflite"),
        {.lower = {.isa = Isa::kPortable, .plan = PlanKind::kRam, .plan_carefully = true}},
        GetParam().limit_bytes);
  }
};

TEST_P(PatchedModel, fits_at_little_extra_work) {
  const FittedProgram result = fitted();
  EXPECT_TRUE(result.fits);
  EXPECT_LE(ram_bytes(*result.program), GetParam().limit_bytes);
  ASSERT_TRUE(result.patches.has_value());
  RecordProperty("ram_bytes", std::to_string(result.patches->ram_after));
  RecordProperty("macs", std::to_string(result.patches->macs_after));
  EXPECT_GT(result.patches->ram_before, GetParam().limit_bytes);
  EXPECT_LE(static_cast<double>(result.patches->macs_after),
            static_cast<double>(result.patches->macs_before) * GetParam().macs_allowed);
  EXPECT_EQ(check_program(*result.program), "");
}

TEST_P(PatchedModel, gives_the_bytes_of_tflm) {
  Session session(fitted().program);
  for (int k = 0; k < 4; ++k) {
    const MappedFile input(folder() / fmt::format("in_{}.bin", k));
    const MappedFile expected(folder() / fmt::format("out_{}.bin", k));
    ASSERT_EQ(input.bytes().size(), session.input(0).size_bytes());
    copy_bytes(session.input(0).bytes, input.bytes().data(), input.bytes().size());
    session.run();
    const ConstTensorView output = session.output(0);
    ASSERT_EQ(expected.bytes().size(), output.size_bytes());
    EXPECT_TRUE(std::equal(expected.bytes().begin(), expected.bytes().end(), output.bytes))
        << "vector " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, PatchedModel,
                         testing::Values(Fit{"person_detect_int8", 24'000, 1.02},
                                         Fit{"mlperf_ic_int8", 25'000, 1.08},
                                         Fit{"mlperf_ic_int8", 20'000, 1.75},
                                         Fit{"mlperf_vww_int8", 31'000, 1.02}),
                         [](const auto& param) {
                           return fmt::format("{}_{}", param.param.model, param.param.limit_bytes);
                         });

}  // namespace
}  // namespace mote
