// Quantized real models stay close to their float originals on samples they were not calibrated on.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "mote/base/parallel.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/data/dataset.h"
#include "mote/data/path_text.h"
#include "mote/formats/model_file.h"
#include "mote/measure/evaluate.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  std::string model;
  std::string dataset;
  std::string calibration_split;  ///< empty: the split that is counted on
  int64_t calibrate = 0;          ///< samples; 0: data-free
  int64_t skip = 0;
  int64_t count = 0;
  WeightScales weights = WeightScales::kPerChannel;
  double largest_loss = 0.0;  ///< points of top-1
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class QuantizedModel : public testing::TestWithParam<Case> {};

TEST_P(QuantizedModel, stays_close_to_float) {
  const Case& c = GetParam();
  const fs::path model = data::expand_path("${MOTE_DATA}/" + c.model, MOTE_SOURCE_DIR);
  if (!fs::exists(model)) GTEST_SKIP() << "set MOTE_DATA to the folder of shared data";
  const fs::path path = fs::path(MOTE_SOURCE_DIR) / "examples/datasets" / c.dataset;
  const data::Dataset counted = data::Dataset::open(path);
  SampleSource calibration;
  if (c.calibrate > 0) {
    const data::Dataset samples = data::Dataset::open(path, {.split = c.calibration_split});
    calibration = dataset_samples(samples.view(0, c.calibrate));
  }
  const Graph graph = load_model(model);
  const int threads = default_threads();
  const QuantizeResult result =
      quantize(graph, calibration, {.weights = c.weights, .threads = threads}, {});
  const Evaluation evaluation =
      evaluate_model(result.graph, dataset_samples(counted.view(c.skip, c.count)),
                     {.reference = &result.reference, .threads = threads}, {});
  EXPECT_EQ(evaluation.total, c.count);
  EXPECT_GE(100.0 * evaluation.reference->difference, -c.largest_loss);
}

// Bounds: what is promised for the two of MLPerf Tiny; for 100 images without data, three times the
// standard error.
INSTANTIATE_TEST_SUITE_P(Models, QuantizedModel,
                         testing::Values(Case{.name = "ic",
                                              .model = "golden/mlperf_ic_float/model.tflite",
                                              .dataset = "cifar10.toml",
                                              .calibration_split = "train",
                                              .calibrate = 100,
                                              .count = 1452,
                                              .largest_loss = 0.5},
                                         Case{.name = "vww",
                                              .model = "golden/mlperf_vww_float/model.tflite",
                                              .dataset = "vww01.toml",
                                              .calibrate = 100,
                                              .skip = 100,
                                              .count = 900,
                                              .largest_loss = 0.5},
                                         Case{.name = "mobilenet_v1_without_data",
                                              .model = "models/mobilenet_v1_0.25_224_bn.onnx",
                                              .dataset = "imagenet500.toml",
                                              .count = 100,
                                              .weights = WeightScales::kPerTensor,
                                              .largest_loss = 9.0}),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mote
