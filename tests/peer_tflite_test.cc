// Files that mote writes, run by TensorFlow Lite Micro and by LiteRT's reference kernels.
//
// Integer results are the same bytes; float ones within the tolerance of the suites. What a runtime
// refuses, and where it departs from the specification, stands in tests/peer_tables.h: a refusal
// that is not there fails, and so does a row that no sample needs.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mote/formats/model_file.h"
#include "mote/formats/tflite/tflite_model.h"
#include "mote/ops/shape_attrs.h"
#include "tests/peer.h"
#include "tests/peer_tables.h"
#include "tests/samples.h"

namespace mote {
namespace {

/// Parameter sets per operator and element type that both sides must have run.
constexpr int kSamples = 100;
/// Some samples have no counterpart in TFLite, some are left out: how many may be drawn.
constexpr int kDraws = 8 * kSamples;

/// A sum may come near zero by cancellation, where the tolerance of its value means nothing: there
/// the error counts relative to the sum of magnitudes, at sixteen roundings of a float.
constexpr double kCancellationTolerance = 1e-6;

struct Runtime {
  std::string name;
  Numerics numerics;
  std::vector<SampleKind> kinds;
  std::span<const test::PeerRefusal> refusals;
};
const Runtime kMicro{"tflm",
                     Numerics::kTflm,
                     {SampleKind::kI8, SampleKind::kI16, SampleKind::kF32},
                     test::kMicroRefusals};
const Runtime kLitert{
    "litert",
    Numerics::kLitert,
    {SampleKind::kI8, SampleKind::kI16, SampleKind::kU8, SampleKind::kF32, SampleKind::kHybrid},
    test::kLitertRefusals};

struct Case {
  std::string name;
  SampleKind kind = SampleKind::kF32;
  std::vector<Tensor> expected;
  std::vector<Tensor> magnitudes;  ///< of sums of floats: the sums of |x|
};

double norm(const Tensor& tensor) {
  double sum = 0.0;
  for (const double x : elements_as<double>(tensor)) sum += x * x;
  return std::sqrt(sum);
}

double distance(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = elements_as<double>(a);
  const std::vector<double> y = elements_as<double>(b);
  double sum = 0.0;
  for (size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return std::sqrt(sum);
}

testing::AssertionResult equals_peer(const Case& one, const std::string& theirs) {
  size_t offset = 0;
  for (size_t i = 0; i < one.expected.size(); ++i) {
    const Tensor& ours = one.expected[i];
    if (offset + ours.size_bytes() > theirs.size()) {
      return testing::AssertionFailure() << "the peer gives only " << theirs.size() << " bytes";
    }
    Tensor other(ours.dtype(), ours.shape());
    copy_bytes(other.bytes(), theirs.data() + offset, ours.size_bytes());
    offset += ours.size_bytes();
    const auto result = test::same(other, ours);
    const bool cancels = !one.magnitudes.empty() &&
                         distance(other, ours) <= kCancellationTolerance * norm(one.magnitudes[i]);
    if (!result && !cancels) return result;
  }
  if (offset != theirs.size()) {
    return testing::AssertionFailure() << "the peer gives " << theirs.size() << " bytes";
  }
  return testing::AssertionSuccess();
}

struct Tally {
  int written = 0;
  int ran = 0;
  std::map<std::string, int> refusals;  ///< how many, by reason
};

/// Compares every case.
std::map<SampleKind, Tally> compare(const test::PeerBatch& batch, const std::vector<Case>& cases) {
  std::map<SampleKind, Tally> tallies;
  for (const Case& one : cases) {
    Tally& tally = tallies[one.kind];
    ++tally.written;
    if (const std::optional<std::string> theirs = batch.outputs(one.name)) {
      ++tally.ran;
      EXPECT_TRUE(equals_peer(one, *theirs)) << one.name;
    } else {
      ++tally.refusals[batch.refusal(one.name)];
    }
  }
  return tallies;
}

Tensor magnitudes_of(const Tensor& tensor) {
  Tensor result = tensor;
  for (float& x : result.data<float>()) x = std::abs(x);
  return result;
}

class PeerOps : public testing::TestWithParam<const OpDef*> {
 protected:
  void SetUp() override {
    if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
    if (GetParam()->sample == nullptr) GTEST_SKIP() << "no sample facet";
  }

  static std::vector<test::PeerRefusal> rows(const Runtime& runtime, SampleKind kind) {
    std::vector<test::PeerRefusal> result;
    for (const test::PeerRefusal& row : runtime.refusals) {
      if (row.op == GetParam()->name && row.kind == kind) result.push_back(row);
    }
    return result;
  }

  /// Where all are refused, a few show it; where some are, more are drawn, so that enough run.
  static int samples_wanted(std::span<const test::PeerRefusal> listed) {
    if (listed.empty()) return kSamples;
    return listed[0].share == test::Share::kAll ? kSamples / 10 : 4 * kSamples;
  }

  /// Nothing when TFLite cannot express the sample.
  static std::optional<Case> add_case(test::PeerBatch& batch, const Graph& graph,
                                      std::span<const Tensor> inputs, const Runtime& runtime) {
    std::vector<std::byte> bytes;
    try {
      bytes = write_tflite(graph);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << error.what();
      return std::nullopt;
    }
    Case one;
    one.name = fmt::format("{:04}", batch.size());
    batch.add(one.name, bytes, inputs);
    Executor executor(graph, {.kernels = Kernels::kReference, .numerics = runtime.numerics});
    one.expected = executor.run(inputs);
    const bool sums = GetParam()->name == "mean" || GetParam()->name == "sum";
    if (sums && is_float(inputs[0].dtype())) {
      one.magnitudes = executor.run(std::vector<Tensor>{magnitudes_of(inputs[0])});
    }
    return one;
  }

  static void add_samples(test::PeerBatch& batch, std::vector<Case>& cases, SampleKind kind,
                          const Runtime& runtime) {
    const int wanted = samples_wanted(rows(runtime, kind));
    int count = 0;
    for (int i = 0; i < kDraws && count < wanted; ++i) {
      Rng rng(static_cast<uint64_t>(i) + 1000);
      const std::optional<Graph> graph = GetParam()->sample(rng, kind);
      if (!graph) return;
      if (!test::departure(*graph, runtime.name).empty()) continue;
      const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
      if (std::optional<Case> one = add_case(batch, *graph, inputs, runtime)) {
        one->kind = kind;
        cases.push_back(std::move(*one));
        ++count;
      }
    }
  }

  static void expect_listed(const Runtime& runtime, SampleKind kind, const Tally& tally) {
    std::set<std::string_view> used;
    bool all = false;
    const std::vector<test::PeerRefusal> listed = rows(runtime, kind);
    for (const auto& [reason, count] : tally.refusals) {
      const auto row = std::find_if(listed.begin(), listed.end(), [&](const auto& one) {
        return reason.find(one.reason) != std::string::npos;
      });
      if (row == listed.end()) {
        ADD_FAILURE() << runtime.name << " refuses " << count << " of " << tally.written << " of "
                      << name(kind) << ": " << reason;
        continue;
      }
      used.insert(row->reason);
      all = all || row->share == test::Share::kAll;
    }
    EXPECT_EQ(used.size(), listed.size()) << name(kind) << ": a row has no purpose any more";
    if (all) {
      EXPECT_EQ(tally.ran, 0) << name(kind) << ": it refuses only some";
    } else if (kind != SampleKind::kF32) {
      EXPECT_GE(tally.ran, kSamples) << name(kind);
    }
  }

  static void expect_same_as(const Runtime& runtime) {
    test::PeerBatch batch;
    std::vector<Case> cases;
    for (const SampleKind kind : runtime.kinds) add_samples(batch, cases, kind, runtime);
    if (cases.empty()) GTEST_SKIP() << "TFLite has no such operator";
    ASSERT_TRUE(batch.run(runtime.name));
    for (const auto& [kind, tally] : compare(batch, cases)) expect_listed(runtime, kind, tally);
  }
};

TEST_P(PeerOps, give_the_bytes_of_tflite_micro) { expect_same_as(kMicro); }
TEST_P(PeerOps, give_the_bytes_of_litert) { expect_same_as(kLitert); }

INSTANTIATE_TEST_SUITE_P(Ops, PeerOps, testing::ValuesIn(test::operators()), test::case_name);

/// Every golden model read, written by us, and run on random inputs.
/// `left_out`: models that bring the runtime down as they came, too.
void expect_golden_models_same_as(const Runtime& runtime, const std::set<std::string>& left_out) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
  test::PeerBatch batch;
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(*shared_data() / "golden")) {
    if (left_out.contains(entry.path().filename().string())) continue;
    const Graph graph = load_model(entry.path() / "model.tflite");
    Rng rng(7);
    std::vector<Tensor> inputs;
    for (const ValueId id : graph.inputs()) {
      const TensorType& type = graph.value(id).type;
      inputs.push_back(ops::sample_tensor(rng, type.dtype, type.shape.bind(1)));
    }
    Case one{.name = fmt::format("model_{}", cases.size())};
    batch.add(one.name, write_tflite(graph), inputs);
    one.expected = Executor(graph, {.numerics = runtime.numerics}).run(inputs);
    cases.push_back(std::move(one));
  }
  ASSERT_TRUE(batch.run(runtime.name));
  for (const auto& [kind, tally] : compare(batch, cases)) {
    EXPECT_EQ(tally.refusals, (std::map<std::string, int>{}));
  }
}

TEST(PeerModels, golden_models_written_anew_give_the_bytes_of_tflite_micro) {
  expect_golden_models_same_as(kMicro, {});
}

TEST(PeerModels, golden_models_written_anew_give_the_bytes_of_litert) {
  expect_golden_models_same_as(kLitert, {"keyword_scrambled_8bit"});
}

TEST(TfliteSchema, agrees_with_the_published_one) {
  if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
  const std::string command =
      fmt::format("'{}' '{}/tests/peers/tflite_schema.py' '{}/mote/formats/tflite/schema.fbs'",
                  peer_python()->string(), MOTE_SOURCE_DIR, MOTE_SOURCE_DIR);
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace mote
