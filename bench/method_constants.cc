// The measurements behind the constants of quantization (docs/decisions/0006-method-constants.md),
// on networks and samples that no target of accuracy is stated for, and without labels:
//
//   ninja -C build/release method_constants && build/release/bench/method_constants margin
//   ... cut
//
// margin: data-free SQNR on real samples by the margin of synthetic ranges.
// cut:    what cut ranges give on the samples they were cut for, and on others.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "mote/base/parallel.h"
#include "mote/compress/quantize/fidelity.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/data/dataset.h"
#include "mote/data/path_text.h"
#include "mote/formats/model_file.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kCalibration = 64;
constexpr int64_t kHeldOut = 128;

struct Network {
  const char* name;
  const char* model;
  const char* dataset;
  RealRange inputs;
};

// Their input ranges as a user would declare them.
constexpr Network kNetworks[] = {
    {"ic",
     "${MOTE_DATA}/golden/mlperf_ic_float/model.tflite",
     "examples/datasets/cifar10.toml",
     {0.0f, 255.0f}},
    {"vww",
     "${MOTE_DATA}/golden/mlperf_vww_float/model.tflite",
     "examples/datasets/vww01.toml",
     {0.0f, 1.0f}},
    {"resnet20",
     "${MOTE_DATA}/models/resnet20_cifar10.onnx",
     "examples/datasets/cifar10_meanstd.toml",
     {-2.1f, 2.6f}},
    {"resnet56",
     "${MOTE_DATA}/models/resnet56_cifar10.onnx",
     "examples/datasets/cifar10_meanstd.toml",
     {-2.1f, 2.6f}},
    {"kws example",
     "examples/keyword_spotter/model/kws.onnx",
     "examples/keyword_spotter/test.toml",
     {-30.0f, 30.0f}},
};

fs::path resolved(const char* path) { return data::expand_path(path, MOTE_SOURCE_DIR); }

struct Loaded {
  explicit Loaded(const Network& network)
      : graph(load_model(resolved(network.model))),
        dataset(data::Dataset::open(resolved(network.dataset))) {}
  SampleSource samples(int64_t first, int64_t count) const {
    SampleSource source = dataset_samples(dataset.view(first, count));
    source.label = {};
    return source;
  }
  Graph graph;
  data::Dataset dataset;
};

double sqnr_on(const QuantizeResult& result, const SampleSource& samples) {
  const FidelityProbe probe(result.reference, samples, {.threads = default_threads()}, {});
  return probe.measure(result.graph, {}).sqnr_db;
}

void print_margins() {
  constexpr float kMargins[] = {1.0f, 1.2f, 1.4f, 1.7f, 2.0f, 2.4f, 2.8f};
  fmt::print("| network | weights |");
  for (const float margin : kMargins) fmt::print(" {} |", margin);
  fmt::print("\n");
  std::vector<double> sums(std::size(kMargins), 0.0);
  int rows = 0;
  for (const Network& network : kNetworks) {
    const Loaded loaded(network);
    const SampleSource real = loaded.samples(0, kHeldOut);
    for (const WeightScales weights : enum_values(WeightScales{})) {
      fmt::print("| {} | {} |", network.name, name(weights));
      for (size_t m = 0; m < std::size(kMargins); ++m) {
        const QuantizeOptions options{.weights = weights,
                                      .input_ranges = {network.inputs},
                                      // Batch norm's ranges would hide the margin.
                                      .skip_steps = {"ranges"},
                                      .threads = default_threads(),
                                      .method = {.synthetic_margin = kMargins[m]}};
        const double db = sqnr_on(quantize(loaded.graph, {}, options, {}), real);
        sums[m] += db;
        fmt::print(" {:.2f} |", db);
        std::fflush(stdout);
      }
      fmt::print("\n");
      ++rows;
    }
  }
  fmt::print("| mean | |");
  for (const double sum : sums) fmt::print(" {:.2f} |", sum / rows);
  fmt::print("\n");
}

void print_cuts() {
  fmt::print("| network | weights | method | gain on its samples | gain on others |\n");
  for (const Network& network : kNetworks) {
    const Loaded loaded(network);
    const SampleSource calibration = loaded.samples(0, kCalibration);
    const SampleSource others = loaded.samples(kCalibration, kHeldOut);
    for (const WeightScales weights : enum_values(WeightScales{})) {
      const QuantizeOptions whole{
          .weights = weights, .skip_steps = {"ranges"}, .threads = default_threads()};
      const double uncut = sqnr_on(quantize(loaded.graph, calibration, whole, {}), others);
      for (const RangeMethod method :
           {RangeMethod::kPercentile, RangeMethod::kMse, RangeMethod::kEntropy}) {
        QuantizeOptions cut = whole;
        cut.ranges = method;
        cut.skip_steps.erase(cut.skip_steps.begin());
        const QuantizeResult result = quantize(loaded.graph, calibration, cut, {});
        const auto step = std::find_if(result.steps.begin(), result.steps.end(),
                                       [](const QuantizeStep& s) { return s.name == "ranges"; });
        fmt::print("| {} | {} | {} | {:+.2f} | {:+.2f} |\n", network.name, name(weights),
                   name(method), step->gain_db, sqnr_on(result, others) - uncut);
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace mote

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "margin") {
    mote::print_margins();
  } else if (what == "cut") {
    mote::print_cuts();
  } else {
    fmt::print(stderr, "usage: method_constants margin|cut\n");
    return 2;
  }
  return 0;
}
