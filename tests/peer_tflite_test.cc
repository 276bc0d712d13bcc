// Files that mote writes, run by TensorFlow Lite Micro and by LiteRT's reference kernels.
//
// Integer results are the same bytes; float ones within the tolerance of the suites. A runtime that
// refuses an operator or type is no difference: what it refuses is printed.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mote/formats/model_file.h"
#include "mote/formats/tflite/tflite_model.h"
#include "tests/peer.h"
#include "tests/samples.h"

namespace mote {
namespace {

constexpr int kSamples = 100;

struct Runtime {
  std::string name;
  Numerics numerics;
};
const Runtime kMicro{"tflm", Numerics::kTflm};
const Runtime kLitert{"litert", Numerics::kLitert};

struct Case {
  std::string name;
  std::vector<Tensor> expected;
};

/// Where a peer departs from the specification, or has no defined result.
struct Departure {
  std::string_view op;
  std::string_view runtime;
  std::string_view cause;
};
constexpr Departure kDepartures[] = {
    {"relu6", "tflm", "stand-alone RELU6 ignores a change of scale"},
    {"space_to_batch", "tflm", "the border is not the zero point; LiteRT's is, as in ours"},
};

std::string_view departure(std::string_view op, const Runtime& runtime) {
  for (const Departure& row : kDepartures) {
    if (row.op == op && row.runtime == runtime.name) return row.cause;
  }
  return {};
}

testing::AssertionResult equals_peer(const std::vector<Tensor>& ours, const std::string& theirs) {
  size_t offset = 0;
  for (const Tensor& tensor : ours) {
    if (offset + tensor.size_bytes() > theirs.size()) {
      return testing::AssertionFailure() << "the peer gives only " << theirs.size() << " bytes";
    }
    Tensor other(tensor.dtype(), tensor.shape());
    copy_bytes(other.bytes(), theirs.data() + offset, tensor.size_bytes());
    offset += tensor.size_bytes();
    if (const auto result = test::same(other, tensor); !result) return result;
  }
  if (offset != theirs.size()) {
    return testing::AssertionFailure() << "the peer gives " << theirs.size() << " bytes";
  }
  return testing::AssertionSuccess();
}

/// Compares every case; returns how many the peer refused, by reason.
std::map<std::string, int> compare(const test::PeerBatch& batch, const std::vector<Case>& cases) {
  std::map<std::string, int> refusals;
  for (const Case& one : cases) {
    const std::optional<std::string> theirs = batch.outputs(one.name);
    if (!theirs) {
      ++refusals[batch.refusal(one.name)];
      continue;
    }
    EXPECT_TRUE(equals_peer(one.expected, *theirs)) << one.name;
  }
  return refusals;
}

int print_refusals(const std::string& runtime, const std::map<std::string, int>& refusals) {
  int total = 0;
  for (const auto& [reason, count] : refusals) {
    std::printf("%s refuses %d: %s\n", runtime.c_str(), count, reason.c_str());
    total += count;
  }
  return total;
}

class PeerOps : public testing::TestWithParam<const OpDef*> {
 protected:
  void SetUp() override {
    if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
    if (GetParam()->sample == nullptr) GTEST_SKIP() << "no sample facet";
  }

  /// Adds the samples that TFLite can express; false when it has no such operator.
  bool add_samples(test::PeerBatch& batch, std::vector<Case>& cases, Numerics numerics) const {
    for (const SampleKind kind : {SampleKind::kI8, SampleKind::kI16, SampleKind::kF32}) {
      for (int i = 0; i < kSamples; ++i) {
        Rng rng(static_cast<uint64_t>(i) + 1000);
        const std::optional<Graph> graph = GetParam()->sample(rng, kind);
        if (!graph) break;
        const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
        std::vector<std::byte> bytes;
        try {
          bytes = write_tflite(*graph);
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << error.what();
          continue;
        }
        Case one{fmt::format("{}_{}_{}", GetParam()->name, name(kind), i), {}};
        batch.add(one.name, bytes, inputs);
        one.expected =
            Executor(*graph, {.kernels = Kernels::kReference, .numerics = numerics}).run(inputs);
        cases.push_back(std::move(one));
      }
    }
    return !cases.empty();
  }

  void expect_same_as(const Runtime& runtime) const {
    if (const auto cause = departure(GetParam()->name, runtime); !cause.empty()) {
      GTEST_SKIP() << runtime.name << ": " << cause;
    }
    test::PeerBatch batch;
    std::vector<Case> cases;
    if (!add_samples(batch, cases, runtime.numerics)) GTEST_SKIP() << "TFLite has no such operator";
    ASSERT_TRUE(batch.run(runtime.name));
    const int refused = print_refusals(runtime.name, compare(batch, cases));
    std::printf("%s: %zu samples ran\n", runtime.name.c_str(),
                cases.size() - static_cast<size_t>(refused));
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
    Case one{fmt::format("model_{}", cases.size()), {}};
    batch.add(one.name, write_tflite(graph), inputs);
    one.expected = Executor(graph, {.numerics = runtime.numerics}).run(inputs);
    cases.push_back(std::move(one));
  }
  ASSERT_TRUE(batch.run(runtime.name));
  EXPECT_EQ(compare(batch, cases), (std::map<std::string, int>{}));
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
