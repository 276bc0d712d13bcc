// Float models converted to the other format give the same outputs, and keep the names, types and
// shapes of their inputs and outputs. Skipped without MOTE_DATA.
#include <gtest/gtest.h>

#include <cmath>

#include "mote/api/convert.h"
#include "mote/base/error.h"
#include "mote/base/random.h"
#include "mote/exec/executor.h"
#include "mote/formats/model_file.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

// The bound for float outputs that the project promises.
constexpr double kFloatBound = 1e-5;

std::vector<Tensor> random_inputs(const Graph& graph) {
  Rng rng(11);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    Tensor tensor(graph.value(id).type.dtype, graph.value(id).type.shape.bind(1));
    for (float& v : tensor.data<float>()) v = rng.uniform(-1.0f, 1.0f);
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

double relative_l2(const Tensor& actual, const Tensor& expected) {
  const auto a = actual.data<float>();
  const auto e = expected.data<float>();
  if (a.size() != e.size()) return INFINITY;
  double error = 0.0;
  double norm = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    error += std::pow(static_cast<double>(a[i]) - e[i], 2);
    norm += std::pow(static_cast<double>(e[i]), 2);
  }
  return std::sqrt(error / std::max(norm, 1e-30));
}

void expect_same_contract(const Graph& before, const Graph& after) {
  ASSERT_EQ(before.inputs().size(), after.inputs().size());
  ASSERT_EQ(before.outputs().size(), after.outputs().size());
  for (size_t i = 0; i < before.inputs().size(); ++i) {
    EXPECT_EQ(before.value(before.inputs()[i]).name, after.value(after.inputs()[i]).name);
    EXPECT_EQ(before.value(before.inputs()[i]).type, after.value(after.inputs()[i]).type);
  }
  for (size_t i = 0; i < before.outputs().size(); ++i) {
    EXPECT_EQ(before.value(before.outputs()[i]).name, after.value(after.outputs()[i]).name);
    EXPECT_EQ(before.value(before.outputs()[i]).type, after.value(after.outputs()[i]).type);
  }
}

class FloatModel : public testing::TestWithParam<const char*> {};

TEST_P(FloatModel, gives_the_same_in_the_other_format) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const fs::path model = *shared_data() / GetParam();
  std::string pattern = (fs::temp_directory_path() / "mote_convert_XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const fs::path folder = pattern;
  const fs::path output = folder / (model.extension() == ".onnx" ? "x.tflite" : "x.onnx");
  convert({.model = {model}, .output = output});
  const Graph before = load_model(model);
  const Graph after = load_model(output);
  fs::remove_all(folder);
  expect_same_contract(before, after);
  const std::vector<Tensor> inputs = random_inputs(before);
  const std::vector<Tensor> expected = Executor(before, {}).run(inputs);
  const std::vector<Tensor> actual = Executor(after, {}).run(inputs);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_LE(relative_l2(actual[i], expected[i]), kFloatBound) << "output " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shared, FloatModel,
    testing::Values("models/mobilenet_v2_1.0_224.onnx", "models/mobilenet_v1_0.25_224_bn.onnx",
                    "models/squeezenet_1.1.onnx", "models/tiny_darknet.onnx",
                    "models/resnet20_cifar10.onnx", "models/resnet56_cifar10.onnx",
                    "models/super_resolution.onnx", "models/vww_96_float.onnx",
                    "golden/mlperf_ad_float/model.tflite", "golden/mlperf_ic_float/model.tflite",
                    "golden/mlperf_ic_large_float/model.tflite",
                    "golden/mlperf_vww_float/model.tflite", "golden/hello_world_float/model.tflite",
                    "golden/mobilenet_v1_025_128_float/model.tflite"),
    [](const auto& param) {
      std::string name = param.param;
      std::replace_if(
          name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
      return name;
    });

}  // namespace
}  // namespace mote
