// The exact passes on real networks: the results stay, and the networks get as small as they
// should.
#include <fstream>

#include "mote/base/file.h"
#include "mote/formats/model_file.h"
#include "mote/rewrite/pipeline.h"
#include "tests/samples.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() { return shared_data().value_or(fs::path()); }

std::vector<std::byte> read_bytes(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::vector<char> chars{std::istreambuf_iterator<char>(stream), {}};
  const auto bytes = std::as_bytes(std::span(chars));
  return {bytes.begin(), bytes.end()};
}

std::vector<Tensor> split_inputs(const Graph& graph, const std::vector<std::byte>& bytes) {
  std::vector<Tensor> inputs;
  size_t at = 0;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    Tensor tensor(type.dtype, type.shape.bind(1));
    if (at + tensor.size_bytes() > bytes.size()) throw_error(ErrorKind::kIo, "the vector is short");
    copy_bytes(tensor.bytes(), bytes.data() + at, tensor.size_bytes());
    at += tensor.size_bytes();
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

void expect_same_outputs(Executor& expected, Executor& actual, const std::vector<Tensor>& inputs) {
  const std::vector<Tensor> a = expected.run(inputs);
  const std::vector<Tensor> b = actual.run(inputs);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(test::same(a[i], b[i])) << "output " << i;
}

int64_t transposes(const Graph& graph) {
  int64_t count = 0;
  for (const NodeId id : graph.topological_order()) {
    count += is_op(graph.node(id), "transpose") ? 1 : 0;
  }
  return count;
}

int64_t batch_norms(const Graph& graph) {
  int64_t count = 0;
  for (const NodeId id : graph.topological_order()) {
    count += is_op(graph.node(id), "batch_norm") ? 1 : 0;
  }
  return count;
}

int64_t images(const Graph& graph, const std::vector<ValueId>& ids) {
  int64_t count = 0;
  for (const ValueId id : ids) count += graph.value(id).type.shape.rank() == 4 ? 1 : 0;
  return count;
}

class GoldenModels : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(data_folder() / "golden")) GTEST_SKIP() << kNoSharedData;
  }
};

TEST_F(GoldenModels, keep_their_results) {
  int checked = 0;
  for (const auto& folder : fs::directory_iterator(data_folder() / "golden")) {
    SCOPED_TRACE(folder.path().filename().string());
    Graph graph;
    try {
      graph = load_model(folder.path() / "model.tflite");
    } catch (const Error&) {
      continue;  // the readers' own tests say what cannot be read
    }
    Graph small = graph;
    try {
      run_exact_passes(small);
      Executor expected(graph);
      Executor actual(small);
      for (int k = 0; k < 2; ++k) {
        const fs::path vector = folder.path() / fmt::format("in_{}.bin", k);
        expect_same_outputs(expected, actual, split_inputs(graph, read_bytes(vector)));
      }
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
    ++checked;
  }
  EXPECT_GT(checked, 60);
}

// Half of the multiply-accumulates of this network lie on channels that are constant.
TEST_F(GoldenModels, vww_loses_its_constant_channels) {
  const fs::path folder = data_folder() / "golden" / "mlperf_vww_int8";
  Graph graph = load_model(folder / "model.tflite");
  const RewriteReport report = run_exact_passes(graph);
  RecordProperty("macs", std::to_string(report.after.macs));
  RecordProperty("constant_bytes", std::to_string(report.after.constant_bytes));
  EXPECT_LT(report.after.macs * 100, report.before.macs * 55);
  EXPECT_LT(report.after.constant_bytes, 45'000);
  Executor executor(graph);
  for (int k = 0; k < 4; ++k) {
    const auto inputs = split_inputs(graph, read_bytes(folder / fmt::format("in_{}.bin", k)));
    const std::vector<Tensor> outputs = executor.run(inputs);
    const std::vector<std::byte> expected = read_bytes(folder / fmt::format("out_{}.bin", k));
    ASSERT_EQ(outputs[0].size_bytes(), expected.size());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), outputs[0].bytes())) << "vector " << k;
  }
}

class OnnxModels : public testing::TestWithParam<const char*> {};

TEST_P(OnnxModels, come_out_clean_and_keep_their_results) {
  const fs::path path = data_folder() / "models" / (std::string(GetParam()) + ".onnx");
  if (!fs::exists(path)) GTEST_SKIP() << kNoSharedData;
  const Graph graph = load_model(path);
  Graph small = graph;
  run_exact_passes(small);
  EXPECT_LE(transposes(small), images(small, small.inputs()) + images(small, small.outputs()));
  EXPECT_EQ(batch_norms(small), 0);
  Rng rng(1);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    inputs.push_back(ops::sample_tensor(rng, type.dtype, type.shape.bind(1)));
  }
  Executor expected(graph);
  Executor actual(small);
  expect_same_outputs(expected, actual, inputs);
}

INSTANTIATE_TEST_SUITE_P(Files, OnnxModels,
                         testing::Values("mobilenet_v1_0.25_224_bn", "mobilenet_v2_1.0_224",
                                         "resnet20_cifar10", "resnet56_cifar10", "squeezenet_1.1",
                                         "super_resolution", "tiny_darknet", "vww_96_float"),
                         [](const auto& file) {
                           std::string name = file.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace mote
