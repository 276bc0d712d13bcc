// Reader and writer against ONNX Runtime: the same numbers from the same file, and from the file
// that mote writes of it. Skipped without the models of MOTE_DATA or the Python packages.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/random.h"
#include "mote/exec/executor.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "mote/ir/op_def.h"
#include "mote/ops/op_table.h"
#include "tests/onnx_peer.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using test::relative_l2;
using test::row;
using test::run_onnxruntime;
using test::ScratchFolder;
using test::top1;

fs::path data_root() { return shared_data().value_or("no shared data"); }

std::vector<Tensor> random_inputs(const Graph& graph) {
  Rng rng(7);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    Tensor tensor(type.dtype, type.shape.bind(1));
    for (float& v : tensor.data<float>()) v = static_cast<float>(rng.uniform(-1.0f, 1.0f));
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

std::vector<Tensor> run_mote(const Graph& graph, const std::vector<Tensor>& inputs) {
  return Executor(graph, {}).run(inputs);
}

Graph read_model(const fs::path& path) {
  return read_onnx(MappedFile(path).bytes(), path.parent_path());
}

class OnnxModels : public testing::TestWithParam<const char*> {};

TEST_P(OnnxModels, read_written_and_run_as_onnx_runtime_does) {
  const fs::path path = data_root() / "models" / GetParam();
  if (!fs::exists(path)) GTEST_SKIP() << kNoSharedData;
  const Graph graph = read_model(path);
  const std::vector<Tensor> inputs = random_inputs(graph);
  const std::vector<Tensor> own = run_mote(graph, inputs);
  const auto theirs = run_onnxruntime(path, inputs, own.size());
  if (!theirs) GTEST_SKIP() << kNoPeerPython;
  // The bound for float outputs that the project promises.
  constexpr double kFloatBound = 1e-5;
  for (size_t i = 0; i < own.size(); ++i) EXPECT_LE(relative_l2(own[i], (*theirs)[i]), kFloatBound);

  const ScratchFolder scratch;
  const fs::path written = scratch.path() / "written.onnx";
  write_file(written, write_onnx(graph));
  const Graph again = read_model(written);
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    EXPECT_EQ(graph.value(graph.inputs()[i]).name, again.value(again.inputs()[i]).name);
    EXPECT_EQ(graph.value(graph.inputs()[i]).type, again.value(again.inputs()[i]).type);
  }
  const std::vector<Tensor> reread = run_mote(again, inputs);
  const auto loaded = run_onnxruntime(written, inputs, own.size());
  ASSERT_TRUE(loaded);
  for (size_t i = 0; i < own.size(); ++i) {
    EXPECT_EQ(graph.value(graph.outputs()[i]).name, again.value(again.outputs()[i]).name);
    EXPECT_LE(relative_l2(reread[i], own[i]), kFloatBound);
    EXPECT_LE(relative_l2(own[i], (*loaded)[i]), kFloatBound);
  }
}

// kws01 as real numbers: MLPerf Tiny's int8 keyword inputs have the scale 0.5847 around 83.
Tensor keyword_samples(const fs::path& folder) {
  constexpr int64_t kFeatures = 490;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<float> features;
  for (const fs::path& file : files) {
    const MappedFile mapped(file);
    for (const std::byte b : mapped.bytes()) {
      features.push_back(0.5847f * static_cast<float>(static_cast<int8_t>(b) - 83));
    }
  }
  return Tensor::of({static_cast<int64_t>(files.size()), 1, kFeatures}, features);
}

int count_integer_layers(const Graph& graph) {
  int count = 0;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    const bool layer = is_op(node, "conv_2d") || is_op(node, "depthwise_conv_2d") ||
                       is_op(node, "fully_connected") || is_op(node, "mean");
    count += layer && graph.value(node.outputs[0]).type.dtype == DataType::kI8;
  }
  return count;
}

TEST(OnnxQuantized, qdq_runs_in_integers_and_agrees_with_onnx_runtime) {
  const fs::path path = data_root() / "models" / "kws_qdq.onnx";
  if (!fs::exists(path)) GTEST_SKIP() << kNoSharedData;
  const Graph graph = read_model(path);
  EXPECT_EQ(count_integer_layers(graph), 11);

  const ScratchFolder scratch;
  const fs::path written = scratch.path() / "kws.onnx";
  write_file(written, write_onnx(graph));
  EXPECT_EQ(count_integer_layers(read_model(written)), 11);
  const Tensor samples = keyword_samples(data_root() / "kws01");
  const auto theirs = run_onnxruntime(path, {samples}, 1, "--each");
  if (!theirs) GTEST_SKIP() << kNoPeerPython;
  const auto loaded = run_onnxruntime(written, {samples}, 1, "--each");
  Executor executor(graph, {});
  size_t original = 0;
  size_t rewritten = 0;
  const auto count = static_cast<size_t>(samples.shape()[0]);
  for (size_t i = 0; i < count; ++i) {
    const Tensor sample = row(samples, i);
    const size_t own = top1(executor.run({&sample, 1})[0]);
    original += own == top1(row((*theirs)[0], i));
    rewritten += own == top1(row((*loaded)[0], i));
  }
  // The agreement that the project promises for int8 models in ONNX Runtime.
  EXPECT_GE(static_cast<double>(original), 0.99 * static_cast<double>(count));
  EXPECT_GE(static_cast<double>(rewritten), 0.99 * static_cast<double>(count));
}

INSTANTIATE_TEST_SUITE_P(
    Shared, OnnxModels,
    testing::Values("mobilenet_v2_1.0_224.onnx", "mobilenet_v1_0.25_224_bn.onnx",
                    "squeezenet_1.1.onnx", "tiny_darknet.onnx", "resnet20_cifar10.onnx",
                    "resnet56_cifar10.onnx", "super_resolution.onnx", "vww_96_float.onnx"),
    [](const auto& instance) {
      std::string text = instance.param;
      std::replace_if(
          text.begin(), text.end(),
          [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
      return text;
    });

}  // namespace
}  // namespace mote
