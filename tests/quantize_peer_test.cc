// Integer networks that mote makes of float ones, in other runtimes: TensorFlow Lite Micro gives
// the same bytes, ONNX Runtime the same answers. Skipped without the Python packages or MOTE_DATA.
#include <gtest/gtest.h>

#include "mote/api/quantize.h"
#include "mote/base/parallel.h"
#include "mote/data/npy.h"
#include "mote/data/path_text.h"
#include "mote/formats/model_file.h"
#include "tests/peer.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

struct Network {
  std::string name;
  std::string model;
  std::string samples;
  std::string data;
  int64_t skip = 0;  ///< samples that calibration has seen
  int64_t count = 0;
};

void PrintTo(const Network& network, std::ostream* out) { *out << network.name; }

fs::path resolved(const std::string& path) { return data::expand_path(path, MOTE_SOURCE_DIR); }

class QuantizedNetwork : public testing::TestWithParam<Network> {
 protected:
  void SetUp() override {
    if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
    const Network& network = GetParam();
    if (network.model.starts_with("${MOTE_DATA}") && !shared_data()) {
      GTEST_SKIP() << kNoSharedData;
    }
    std::string pattern = (fs::temp_directory_path() / "mote_quantized_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    QuantizeRequest request;
    request.model.path = resolved(network.model);
    request.samples = DataRequest{resolved(network.samples)};
    request.samples->options.limit = 32;
    request.options.inputs = request.options.outputs = BoundaryType::kFloat;
    request.outputs = {folder_ / "int8.tflite", folder_ / "int8.onnx"};
    request.compute.threads = default_threads();
    quantize(request);
  }

  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  // Of the network in `graph`, the inputs of every sample.
  std::vector<std::vector<Tensor>> inputs_for(const Graph& graph) const {
    DataRequest request{resolved(GetParam().data)};
    request.options.skip = GetParam().skip;
    request.options.limit = GetParam().count;
    const SampleSource samples = dataset_samples(open_data(request));
    std::vector<std::vector<Tensor>> inputs;
    for (int64_t i = 0; i < samples.count; ++i) inputs.push_back(samples.inputs(i, graph));
    return inputs;
  }

  fs::path folder_;
};

TEST_P(QuantizedNetwork, gives_the_same_bytes_in_tflite_micro) {
  const MappedFile file(folder_ / "int8.tflite");
  const Graph graph = load_model(folder_ / "int8.tflite");
  const std::vector<std::vector<Tensor>> inputs = inputs_for(graph);
  test::PeerBatch batch;
  for (size_t i = 0; i < inputs.size(); ++i) {
    batch.add(fmt::format("sample_{}", i), file.bytes(), inputs[i]);
  }
  ASSERT_TRUE(batch.run("tflm"));
  Executor executor(graph, {});
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string name = fmt::format("sample_{}", i);
    const std::optional<std::string> theirs = batch.outputs(name);
    ASSERT_TRUE(theirs) << batch.refusal(name);
    EXPECT_TRUE(*theirs == test::joined_bytes(executor.run(inputs[i]))) << name;
  }
}

size_t largest(std::span<const float> values) {
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

// All samples as one batch.
Tensor stacked(const std::vector<std::vector<Tensor>>& inputs) {
  Shape shape = inputs[0][0].shape();
  shape[0] = static_cast<int64_t>(inputs.size());
  Tensor all(inputs[0][0].dtype(), shape);
  const size_t size = inputs[0][0].size_bytes();
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::copy_n(inputs[i][0].bytes(), size, all.bytes() + i * size);
  }
  return all;
}

TEST_P(QuantizedNetwork, answers_alike_in_onnx_runtime) {
  constexpr double kLeastAgreement = 0.99;
  const fs::path model = folder_ / "int8.onnx";
  const Graph graph = load_model(model);
  const std::vector<std::vector<Tensor>> inputs = inputs_for(graph);
  data::write_npy(folder_ / "in.npy", stacked(inputs));
  const std::string command = fmt::format(
      "'{0}' '{1}/tests/oracles/onnxruntime_run.py' '{2}/int8.onnx' '{2}/in.npy' -- '{2}/out.npy'",
      peer_python()->string(), MOTE_SOURCE_DIR, folder_.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  const Tensor theirs = data::read_npy(folder_ / "out.npy");
  Executor executor(graph, {});
  size_t same = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<Tensor> outputs = executor.run(inputs[i]);
    const auto own = outputs[0].data<float>();
    same += largest(own) == largest(theirs.data<float>().subspan(i * own.size(), own.size()));
  }
  const double agreement = static_cast<double>(same) / static_cast<double>(inputs.size());
  EXPECT_GE(agreement, kLeastAgreement) << same << " of " << inputs.size();
  RecordProperty("agreement", std::to_string(agreement));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, QuantizedNetwork,
    testing::Values(Network{"keyword_spotter", "examples/keyword_spotter/model/kws.onnx",
                            "examples/keyword_spotter/calibration.toml",
                            "examples/keyword_spotter/test.toml", 0, 400},
                    Network{"resnet20", "${MOTE_DATA}/models/resnet20_cifar10.onnx",
                            "examples/datasets/cifar10_meanstd.toml",
                            "examples/datasets/cifar10_meanstd.toml", 32, 100},
                    Network{"vww", "${MOTE_DATA}/golden/mlperf_vww_float/model.tflite",
                            "examples/datasets/vww01.toml", "examples/datasets/vww01.toml", 32,
                            100}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mote
