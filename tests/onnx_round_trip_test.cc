// Every operator on generated samples: written as ONNX and read again, the outputs stay.
#include <map>
#include <set>

#include "mote/formats/onnx/op_rows.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "tests/samples.h"

namespace mote {
namespace {

constexpr int kSamplesPerKind = 12;

// Operators that are not written, and why.
const std::map<std::string_view, std::string_view>& not_written() {
  static const std::map<std::string_view, std::string_view> reasons = {
      {"space_to_batch", "ONNX has no such operator"},
      {"batch_to_space", "ONNX has no such operator"},
      {"detection_post_process", "ONNX has no such operator"},
      {"svdf", "ONNX has no state that is kept between calls"},
      {"unidirectional_sequence_lstm", "ONNX has no state that is kept between calls"},
      {"read_variable", "ONNX has no state that is kept between calls"},
      {"assign_variable", "ONNX has no state that is kept between calls"},
  };
  return reasons;
}

// Integers that stand for real numbers may move by this: both sides round, in their own way.
constexpr int64_t kSteps = 1;

testing::AssertionResult close(const TensorType& type, const Tensor& expected,
                               const Tensor& actual) {
  if (!type.quantization || expected.dtype() != actual.dtype() ||
      expected.shape() != actual.shape()) {
    return test::same(expected, actual);
  }
  const std::vector<int64_t> a = elements_as<int64_t>(expected);
  const std::vector<int64_t> b = elements_as<int64_t>(actual);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::abs(a[i] - b[i]) > kSteps) {
      return testing::AssertionFailure() << "element " << i << ": " << a[i] << " and " << b[i];
    }
  }
  return testing::AssertionSuccess();
}

class OnnxRoundTrip : public testing::TestWithParam<const OpDef*> {};

TEST_P(OnnxRoundTrip, keeps_the_outputs) {
  const OpDef& def = *GetParam();
  const auto reason = not_written().find(def.name);
  if (reason != not_written().end()) {
    EXPECT_EQ(onnx::find_export(def.name), nullptr) << "it is written after all";
    GTEST_SKIP() << reason->second;
  }
  ASSERT_NE(onnx::find_export(def.name), nullptr) << "no export row, and no reason is listed";
  if (def.sample == nullptr) GTEST_SKIP() << "no sample facet";
  int ran = 0;
  std::string refusal;
  for (const SampleKind kind : {SampleKind::kF32, SampleKind::kI8}) {
    for (int i = 0; i < kSamplesPerKind; ++i) {
      SCOPED_TRACE(fmt::format("{} sample {} of {}", def.name, i, name(kind)));
      Rng rng(static_cast<uint64_t>(i));
      const std::optional<Graph> graph = def.sample(rng, kind);
      if (!graph) break;
      const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
      std::vector<std::byte> bytes;
      try {
        bytes = write_onnx(*graph);
      } catch (const Error& error) {
        // Some attributes have no counterpart; the writer must say so itself.
        EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << error.what();
        refusal = error.what();
        continue;
      }
      try {
        const Graph again = read_onnx(bytes);
        const auto expected = test::run(*graph, inputs, Kernels::kReference);
        const auto actual = test::run(again, inputs, Kernels::kReference);
        ASSERT_EQ(expected.size(), actual.size());
        for (size_t k = 0; k < expected.size(); ++k) {
          EXPECT_TRUE(close(graph->value(graph->outputs()[k]).type, expected[k], actual[k]));
        }
        ++ran;
      } catch (const Error& error) {
        ADD_FAILURE() << error.what();
      }
    }
  }
  EXPECT_GT(ran, 0) << "no sample is written: " << refusal;
}

INSTANTIATE_TEST_SUITE_P(Ops, OnnxRoundTrip, testing::ValuesIn(test::operators()), test::case_name);

}  // namespace
}  // namespace mote
