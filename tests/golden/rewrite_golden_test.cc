// tests/golden/rewrite/<pass>.txt: a graph and what the pass makes of it. Whatever is changed must
// also compute the same on random inputs. pipeline.txt is for all passes in order.
#include "mote/ir/text.h"
#include "mote/rewrite/pass.h"
#include "mote/rewrite/pipeline.h"
#include "tests/golden/golden.h"
#include "tests/samples.h"

namespace mote {
namespace {

constexpr uint64_t kSeed = 20240229;
constexpr int kRuns = 3;
constexpr std::string_view kPipeline = "pipeline";

void expect_same_results(const Graph& before, const Graph& after) {
  Rng rng(kSeed);
  for (int i = 0; i < kRuns; ++i) {
    Graph bound = before;
    std::vector<Tensor> inputs;
    for (const ValueId id : before.inputs()) {
      const TensorType& type = before.value(id).type;
      inputs.push_back(ops::sample_tensor(rng, type.dtype, type.shape.bind(2)));
    }
    const std::vector<Tensor> expected = test::run(before, inputs, Kernels::kReference);
    const std::vector<Tensor> actual = test::run(after, inputs, Kernels::kReference);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t k = 0; k < expected.size(); ++k) {
      EXPECT_TRUE(test::same(expected[k], actual[k])) << "output " << k << ", seed " << kSeed;
    }
  }
}

std::string rewritten(std::string_view pass, std::string_view input) {
  try {
    Graph graph = parse_graph(input, find_op);
    const Graph before = graph;
    if (pass == kPipeline) {
      run_exact_passes(graph);
    } else {
      run_pass(graph, *find_pass(pass));
    }
    expect_same_results(before, graph);
    return print(graph, {.elide_large_constants = true});
  } catch (const Error& error) {
    return fmt::format("error: {}\n", error.what());
  }
}

std::filesystem::path folder() { return std::filesystem::path(MOTE_GOLDEN_DIR) / "rewrite"; }

class RewriteGolden : public testing::TestWithParam<std::string> {};

TEST_P(RewriteGolden, becomes_what_the_file_says) {
  ASSERT_TRUE(GetParam() == kPipeline || find_pass(GetParam()) != nullptr);
  test::check_golden(folder() / (GetParam() + ".txt"), rewritten);
}

std::vector<std::string> file_stems() {
  std::vector<std::string> stems;
  for (const auto& path : test::golden_files(folder())) stems.push_back(path.stem().string());
  return stems;
}

INSTANTIATE_TEST_SUITE_P(Files, RewriteGolden, testing::ValuesIn(file_stems()),
                         [](const auto& stem) { return stem.param; });

TEST(RewriteGolden, has_a_file_for_every_pass) {
  const std::vector<std::string> stems = file_stems();
  for (const PassDef& pass : all_passes()) {
    EXPECT_NE(std::find(stems.begin(), stems.end(), pass.name), stems.end())
        << "tests/golden/rewrite/" << pass.name << ".txt is missing";
  }
}

}  // namespace
}  // namespace mote
