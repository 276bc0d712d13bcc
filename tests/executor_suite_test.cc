// Every operator on generated samples: the fast kernel gives what the reference gives.
#include "tests/samples.h"

namespace mote {
namespace {

constexpr int kSamplesPerKind = 25;

class ExecutorSuite : public testing::TestWithParam<const OpDef*> {};

TEST_P(ExecutorSuite, fast_equals_reference) {
  const OpDef& def = *GetParam();
  if (def.sample == nullptr) GTEST_SKIP() << "no sample facet";
  int ran = 0;
  for (const SampleKind kind : enum_values(SampleKind{})) {
    for (int i = 0; i < kSamplesPerKind; ++i) {
      const auto seed = static_cast<uint64_t>(i);
      SCOPED_TRACE(fmt::format("{} sample {} of {}", def.name, i, name(kind)));
      Rng rng(seed);
      const std::optional<Graph> graph = def.sample(rng, kind);
      if (!graph) break;
      ASSERT_NO_THROW(verify(*graph));
      const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
      for (const Numerics numerics : {Numerics::kTflm, Numerics::kOnnx}) {
        SCOPED_TRACE(name(numerics));
        std::vector<Tensor> expected;
        try {
          expected = test::run(*graph, inputs, Kernels::kReference, numerics);
        } catch (const Error& error) {
          FAIL() << error.what();
        }
        const std::vector<Tensor> actual = test::run(*graph, inputs, Kernels::kFast, numerics);
        ASSERT_EQ(expected.size(), actual.size());
        for (size_t k = 0; k < expected.size(); ++k) {
          EXPECT_TRUE(test::same(expected[k], actual[k]));
        }
      }
      ++ran;
    }
  }
  EXPECT_GT(ran, 0) << "the sample facet of " << def.name << " makes nothing";
}

INSTANTIATE_TEST_SUITE_P(Ops, ExecutorSuite, testing::ValuesIn(test::operators()), test::case_name);

}  // namespace
}  // namespace mote
