// The int8 models of MLPerf Tiny on their samples: as many right answers as TensorFlow Lite Micro
// gives, and the same output bytes for every sample.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "mote/api/evaluate.h"
#include "mote/base/parallel.h"
#include "mote/data/csv.h"
#include "mote/data/path_text.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

struct Benchmark {
  std::string name;
  std::string model;
  std::string dataset;
  std::string outputs;  ///< the last column holds the bytes in hexadecimal
  int64_t correct = 0;
  int64_t total = 0;
};

void PrintTo(const Benchmark& benchmark, std::ostream* out) { *out << benchmark.name; }

fs::path shared(const std::string& path) {
  return data::expand_path("${MOTE_DATA}/" + path, MOTE_SOURCE_DIR);
}

std::string hex(const Tensor& tensor) {
  std::string text;
  for (size_t i = 0; i < tensor.size_bytes(); ++i) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(tensor.bytes()[i]));
  }
  return text;
}

class MlperfTiny : public testing::TestWithParam<Benchmark> {};

TEST_P(MlperfTiny, gives_the_bytes_of_tflm) {
  const Benchmark& benchmark = GetParam();
  if (!fs::exists(shared(benchmark.outputs))) {
    GTEST_SKIP() << "set MOTE_DATA to the folder of shared data";
  }
  const data::CsvTable expected = data::read_csv(shared(benchmark.outputs));
  int64_t differing = 0;
  EvaluateRequest request;
  request.model.path = shared(benchmark.model);
  request.data.path = fs::path(MOTE_SOURCE_DIR) / "examples/datasets" / benchmark.dataset;
  request.compute.threads = default_threads();
  request.on_outputs = [&](int64_t index, std::span<const Tensor> outputs) {
    const bool same = hex(outputs[0]) == expected.rows.at(static_cast<size_t>(index)).back();
    differing += same ? 0 : 1;
  };
  const EvaluateResult result = evaluate(request);
  EXPECT_EQ(result.evaluation.total, benchmark.total);
  EXPECT_EQ(result.evaluation.correct, benchmark.correct);
  EXPECT_EQ(differing, 0) << "samples with other bytes than " << benchmark.outputs;
}

INSTANTIATE_TEST_SUITE_P(
    Models, MlperfTiny,
    testing::Values(Benchmark{"kws", "golden/mlperf_kws_int8/model.tflite", "kws01.toml",
                              "kws01/reference_outputs.csv", 901, 1000},
                    Benchmark{"vww", "golden/mlperf_vww_int8/model.tflite", "vww01.toml",
                              "vww01/reference_outputs.csv", 853, 1000},
                    Benchmark{"ic", "golden/mlperf_ic_int8/model.tflite", "cifar10.toml",
                              "cifar10/ic_reference_outputs.csv", 1277, 1452}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mote
