// Every golden model: the outputs of TensorFlow Lite Micro, byte for byte where they are integers,
// on both kinds of kernels, and again after our writer wrote the file anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mote/base/file.h"
#include "mote/exec/executor.h"
#include "mote/formats/model_file.h"
#include "mote/formats/tflite/tflite_model.h"
#include "mote/ir/text.h"
#include "tests/golden_models.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr int kVectors = 4;

/// Float outputs may differ by this, relative in the L2 norm.
constexpr double kFloatTolerance = 1e-5;

std::vector<Tensor> inputs_from(const Graph& graph, const fs::path& file) {
  const MappedFile content(file);
  std::vector<Tensor> tensors;
  size_t offset = 0;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    Tensor tensor(type.dtype, type.shape.bind(1));
    EXPECT_LE(offset + tensor.size_bytes(), content.bytes().size());
    copy_bytes(tensor.bytes(), content.bytes().data() + offset, tensor.size_bytes());
    offset += tensor.size_bytes();
    tensors.push_back(std::move(tensor));
  }
  EXPECT_EQ(offset, content.bytes().size());
  return tensors;
}

double relative_l2(std::span<const float> expected, std::span<const float> actual) {
  double error = 0.0;
  double norm = 0.0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(double{actual[i]} - expected[i], 2);
    norm += std::pow(double{expected[i]}, 2);
  }
  return norm == 0.0 ? std::sqrt(error) : std::sqrt(error / norm);
}

void expect_close(const Tensor& actual, const std::byte* expected, const std::string& what) {
  if (actual.dtype() == DataType::kF32) {
    const auto wanted =
        std::span(reinterpret_cast<const float*>(expected), static_cast<size_t>(actual.elements()));
    EXPECT_LE(relative_l2(wanted, actual.data<float>()), kFloatTolerance) << what;
    return;
  }
  int64_t differing = 0;
  for (size_t i = 0; i < actual.size_bytes(); ++i) differing += actual.bytes()[i] != expected[i];
  EXPECT_EQ(differing, 0) << what << ": differing bytes of " << actual.size_bytes();
}

void expect_golden_outputs(const Graph& graph, const fs::path& folder, Kernels kernels) {
  for (int k = 0; k < kVectors; ++k) {
    // A fresh interpreter per vector, as the oracle had: states start anew.
    Executor executor(graph, {.kernels = kernels});
    const std::string number = std::to_string(k);
    const std::vector<Tensor> outputs =
        executor.run(inputs_from(graph, folder / ("in_" + number + ".bin")));
    const MappedFile expected(folder / ("out_" + number + ".bin"));
    size_t offset = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      ASSERT_LE(offset + outputs[i].size_bytes(), expected.bytes().size());
      expect_close(outputs[i], expected.bytes().data() + offset,
                   "vector " + number + ", output " + std::to_string(i));
      offset += outputs[i].size_bytes();
    }
    EXPECT_EQ(offset, expected.bytes().size());
  }
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  fs::path folder() const { return *shared_data() / "golden" / GetParam(); }
  Graph graph() const { return load_model(folder() / "model.tflite"); }
};

TEST_P(Golden, reference_kernels_give_the_oracles_outputs) {
  expect_golden_outputs(graph(), folder(), Kernels::kReference);
}

TEST_P(Golden, fast_kernels_give_the_oracles_outputs) {
  expect_golden_outputs(graph(), folder(), Kernels::kFast);
}

TEST_P(Golden, written_anew_is_the_same_graph) {
  const Graph original = graph();
  const std::vector<std::byte> bytes = write_tflite(original);
  const Graph again = read_tflite(bytes);
  EXPECT_EQ(print(again), print(original));
  EXPECT_EQ(write_tflite(again), bytes);
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, testing::ValuesIn(test::golden_folders()),
                         test::golden_test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Golden);

TEST(GoldenData, is_there_in_full) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  EXPECT_EQ(test::golden_folders().size(), 71u);
}

}  // namespace
}  // namespace mote
