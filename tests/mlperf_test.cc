// The int8 models of MLPerf Tiny on their samples: as many right answers as TensorFlow Lite Micro
// gives, and the same output bytes for every sample.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "mote/api/evaluate.h"
#include "mote/api/optimize.h"
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

// Samples whose output differs from the recorded one, and how many of all are classified right.
struct Outcome {
  int64_t differing = 0;
  int64_t correct = 0;
  int64_t total = 0;
};

Outcome run(const Benchmark& benchmark, const fs::path& model) {
  const data::CsvTable expected = data::read_csv(shared(benchmark.outputs));
  Outcome outcome;
  EvaluateRequest request;
  request.model.path = model;
  request.data.path = fs::path(MOTE_SOURCE_DIR) / "examples/datasets" / benchmark.dataset;
  request.compute.threads = default_threads();
  request.on_outputs = [&](int64_t index, std::span<const Tensor> outputs) {
    const bool same = hex(outputs[0]) == expected.rows.at(static_cast<size_t>(index)).back();
    outcome.differing += same ? 0 : 1;
  };
  const EvaluateResult result = evaluate(request);
  outcome.correct = result.evaluation.correct;
  outcome.total = result.evaluation.total;
  return outcome;
}

void expect_the_bytes_of_tflm(const Benchmark& benchmark, const fs::path& model) {
  const Outcome outcome = run(benchmark, model);
  EXPECT_EQ(outcome.total, benchmark.total);
  EXPECT_EQ(outcome.correct, benchmark.correct);
  EXPECT_EQ(outcome.differing, 0) << "samples with other bytes than " << benchmark.outputs;
}

TEST_P(MlperfTiny, gives_the_bytes_of_tflm) {
  if (!fs::exists(shared(GetParam().outputs))) {
    GTEST_SKIP() << "set MOTE_DATA to the folder of shared data";
  }
  expect_the_bytes_of_tflm(GetParam(), shared(GetParam().model));
}

TEST_P(MlperfTiny, gives_them_without_its_constant_channels) {
  if (!fs::exists(shared(GetParam().outputs))) {
    GTEST_SKIP() << "set MOTE_DATA to the folder of shared data";
  }
  const fs::path small = fs::path(testing::TempDir()) / (GetParam().name + "_optimized.tflite");
  optimize({.model = {.path = shared(GetParam().model)}, .output = small});
  expect_the_bytes_of_tflm(GetParam(), small);
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
