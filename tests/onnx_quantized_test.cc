// What the quantizer makes, written as ONNX, in ONNX Runtime: it loads, and decides as mote does.
// Skipped without MOTE_DATA or the Python packages.
#include <gtest/gtest.h>

#include "mote/base/file.h"
#include "mote/base/parallel.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/data/dataset.h"
#include "mote/exec/executor.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "mote/ops/op_table.h"
#include "tests/onnx_peer.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kCalibrationImages = 64;
// The agreement that the project promises for int8 models in ONNX Runtime.
constexpr double kAgreement = 0.99;
constexpr int kThreads = 2;

struct Case {
  const char* name;
  const char* model;
  QuantScheme scheme;
  WeightScales weights;
  int64_t images = 100;
};

std::vector<std::vector<Tensor>> run_mote(const Graph& graph,
                                          const std::vector<std::vector<Tensor>>& inputs,
                                          Numerics numerics) {
  std::vector<Executor> executors;
  for (int i = 0; i < kThreads; ++i) {
    executors.emplace_back(graph, ExecOptions{.numerics = numerics});
  }
  std::vector<std::vector<Tensor>> outputs(inputs.size());
  parallel_for(static_cast<int64_t>(inputs.size()), kThreads, [&](int64_t item, int worker) {
    const auto i = static_cast<size_t>(item);
    outputs[i] = executors[static_cast<size_t>(worker)].run(inputs[i]);
  });
  return outputs;
}

double agreement(const std::vector<std::vector<Tensor>>& a,
                 const std::vector<std::vector<Tensor>>& b) {
  size_t same = 0;
  for (size_t i = 0; i < a.size(); ++i) same += test::top1(a[i][0]) == test::top1(b[i][0]);
  return static_cast<double>(same) / static_cast<double>(a.size());
}

// Nodes that compute in integers, quantize and dequantize left out.
int integer_nodes(const Graph& graph) {
  int count = 0;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (is_op(node, "quantize") || is_op(node, "dequantize")) continue;
    const auto& record = graph.value(node.outputs[0]).type.quantization;
    const bool moves = is_op(node, "transpose") || is_op(node, "reshape");
    count += record.has_value() && !moves;
  }
  return count;
}

class OnnxQuantizer : public testing::TestWithParam<Case> {};

TEST_P(OnnxQuantizer, writes_what_onnx_runtime_decides_alike) {
  const Case& given = GetParam();
  const auto root = shared_data();
  if (!root) GTEST_SKIP() << kNoSharedData;
  const fs::path path = *root / "models" / given.model;
  const auto images = data::Dataset::open(MOTE_SOURCE_DIR "/examples/datasets/imagenet500.toml");
  const Graph network =
      read_onnx(MappedFile(path).bytes(), {}, {.shapes = {{"input", Shape{1, 3, 224, 224}}}});
  QuantizeOptions options{.scheme = given.scheme, .weights = given.weights};
  options.ranges = RangeMethod::kMinMax;
  options.threads = kThreads;
  options.skip_steps = {"balance-noise"};
  const QuantizeResult result =
      quantize(network, dataset_samples(images.view(0, kCalibrationImages)), options, {});

  const test::ScratchFolder scratch;
  const fs::path written = scratch.path() / "written.onnx";
  write_file(written, write_onnx(result.graph));
  const Graph again = read_onnx(MappedFile(written).bytes());
  EXPECT_EQ(integer_nodes(again), integer_nodes(result.graph));

  const SampleSource samples = dataset_samples(images.view(kCalibrationImages, given.images));
  std::vector<std::vector<Tensor>> inputs;
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < samples.count; ++i) {
    inputs.push_back(samples.inputs(i, result.graph));
    rows.push_back(inputs.back()[0]);
  }
  const auto own = run_mote(result.graph, inputs, Numerics::kTflm);
  EXPECT_GE(agreement(own, run_mote(again, inputs, Numerics::kTflm)), kAgreement);
  const auto theirs = test::run_onnxruntime(written, {test::stacked(rows)}, 1, "--each");
  if (!theirs) GTEST_SKIP() << kNoPeerPython;
  std::vector<std::vector<Tensor>> split;
  for (size_t i = 0; i < rows.size(); ++i) split.push_back({test::row((*theirs)[0], i)});
  // The largest of equal scores is the first, here as there.
  const double agreed = agreement(run_mote(again, inputs, Numerics::kOnnx), split);
  RecordProperty("agreement", fmt::format("{:.4f}", agreed));
  // How far TensorFlow Lite Micro's rounding is from it: docs/numerics.md.
  RecordProperty("agreement_of_tflm", fmt::format("{:.4f}", agreement(own, split)));
  EXPECT_GE(agreed, kAgreement);
}

constexpr const char* kV1 = "mobilenet_v1_0.25_224_bn.onnx";
constexpr const char* kV2 = "mobilenet_v2_1.0_224.onnx";

INSTANTIATE_TEST_SUITE_P(
    Shared, OnnxQuantizer,
    testing::Values(Case{"v1_per_channel", kV1, QuantScheme::kInt8, WeightScales::kPerChannel, 400},
                    Case{"v1_per_tensor", kV1, QuantScheme::kInt8, WeightScales::kPerTensor, 400},
                    Case{"v1_int16", kV1, QuantScheme::kInt16Activations,
                         WeightScales::kPerChannel},
                    Case{"v1_float16", kV1, QuantScheme::kFloat16, WeightScales::kPerChannel},
                    Case{"v1_dynamic", kV1, QuantScheme::kDynamicRange, WeightScales::kPerChannel},
                    Case{"v2_int8", kV2, QuantScheme::kInt8, WeightScales::kPerChannel}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace mote
