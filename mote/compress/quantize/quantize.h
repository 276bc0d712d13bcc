// Turns a float network into an integer one and says what every step of it gave.
//
//   const QuantizeResult result = quantize(float_graph, samples, {}, observer);
//   save_model(result.graph, "int8.tflite");
//   for (const QuantizeStep& step : result.steps) { ... step.sqnr_db ... }
//
// Without samples (count 0) it works data-free: on inputs that it synthesizes from the seed. Every
// recovery step is measured against the float network, without labels, and kept only if it helps.
// The same graph, samples, options and seed give the same bytes for any number of threads, and
// memory does not grow with the number of samples.
// Sources: Nagel et al. 2019 (arXiv 1906.04721); Krishnamoorthi 2018 (1806.08342); Nagel et al.
// 2021 (2106.08295); TFLite 8-bit quantization specification.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/progress.h"
#include "mote/exec/executor.h"
#include "mote/ir/graph.h"
#include "mote/measure/samples.h"

namespace mote {

enum class QuantScheme {
  kInt8,              ///< int8 weights and activations
  kInt16Activations,  ///< int8 weights, int16 activations
  kDynamicRange,      ///< int8 weights, float activations
  kFloat16,           ///< float16 weights, float arithmetic
};
std::string_view name(QuantScheme scheme);
constexpr std::array<QuantScheme, 4> enum_values(QuantScheme) {
  return {QuantScheme::kInt8, QuantScheme::kInt16Activations, QuantScheme::kDynamicRange,
          QuantScheme::kFloat16};
}

enum class WeightScales { kPerChannel, kPerTensor };
std::string_view name(WeightScales scales);
constexpr std::array<WeightScales, 2> enum_values(WeightScales) {
  return {WeightScales::kPerChannel, WeightScales::kPerTensor};
}

/// How the range of an activation follows from its values.
enum class RangeMethod {
  kAuto,           ///< of the others, the one with the best SQNR of the outputs
  kMinMax,         ///< smallest and largest value
  kMovingAverage,  ///< of the samples' minima and maxima, in sample order
  kPercentile,     ///< cuts the same small share of values at either end
  kMse,            ///< least mean squared error
  kEntropy,        ///< least Kullback-Leibler divergence
};
std::string_view name(RangeMethod method);
constexpr std::array<RangeMethod, 6> enum_values(RangeMethod) {
  return {RangeMethod::kAuto,       RangeMethod::kMinMax, RangeMethod::kMovingAverage,
          RangeMethod::kPercentile, RangeMethod::kMse,    RangeMethod::kEntropy};
}

/// Element type of the network's inputs or outputs.
enum class BoundaryType { kFloat, kInteger };
std::string_view name(BoundaryType type);
constexpr std::array<BoundaryType, 2> enum_values(BoundaryType) {
  return {BoundaryType::kFloat, BoundaryType::kInteger};
}

struct RealRange {
  float low = 0.0f;
  float high = 0.0f;
  bool operator==(const RealRange&) const = default;
};

/// Numbers inside the method, the same for all networks: how they were chosen, and on which
/// networks, is in docs/decisions/0006-method-constants.md. Tests and that choice vary them.
struct MethodConstants {
  /// Extremes on synthetic inputs times this are the range, within the bounds of clamps.
  float synthetic_margin = 2.0f;
  /// Cut ranges have to give so much over smallest to largest value, in decibels.
  double worth_a_cut_db = 3.0;
  /// Memory that bias correction may hold in activations; it takes the samples in batches that fit.
  int64_t correction_bytes = int64_t{32} << 20;
};

struct QuantizeOptions {
  QuantScheme scheme = QuantScheme::kInt8;
  WeightScales weights = WeightScales::kPerChannel;
  RangeMethod ranges = RangeMethod::kAuto;
  BoundaryType inputs = BoundaryType::kInteger;
  BoundaryType outputs = BoundaryType::kInteger;
  /// Nodes that stay float, by name, and operators that do, by name ("softmax").
  std::vector<std::string> exclude_nodes = {};
  std::vector<std::string> exclude_ops = {};
  /// Keep the loss below so many points by leaving as few layers as possible float. The loss is
  /// that of top-1 where the samples have labels, else of agreement with the float network.
  std::optional<double> max_drop = std::nullopt;
  /// The known range of every input; needed for synthetic inputs. Empty: [-1, 1].
  std::vector<RealRange> input_ranges = {};
  /// Added to labels before they are compared with classes: 1 where class 0 is a background.
  int64_t label_offset = 0;
  /// Recovery steps to leave out, by the names that `steps` of the result has.
  std::vector<std::string> skip_steps = {};
  uint64_t seed = 1;
  int threads = 1;
  ExecOptions exec = {};
  MethodConstants method = {};
};

/// One step of the recovery and what it gave. SQNR is that of the outputs (where an output is that
/// of a softmax, of its input) of the integer network against the float one on the samples (or
/// synthetic inputs) it is measured on, in decibels.
struct QuantizeStep {
  std::string name;
  std::string detail;          ///< what it changed, or why it does not apply
  bool applies = true;         ///< false: nothing was measured
  bool kept = true;            ///< false: it did not help and was undone
  double sqnr_db = 0.0;        ///< with this step
  double gain_db = 0.0;        ///< against the state before
  double agreement = 0.0;      ///< with the float network, a share
  std::optional<double> top1;  ///< a share, where samples have labels
};

struct QuantizeResult {
  Graph graph;      ///< the integer network
  Graph reference;  ///< the float network it is compared with: exact passes only
  std::vector<QuantizeStep> steps;
  /// Where activation ranges come from: "64 samples, mse", "32 synthetic images ...".
  std::string range_source;
  /// Names of nodes that stayed float, and why.
  std::vector<std::pair<std::string, std::string>> float_nodes;
  /// What the user should know: overflow bounds, cost of clips, assumptions made.
  std::vector<std::string> notes;
  double sqnr_db = 0.0;
  double agreement = 0.0;
  /// Of `max_drop`: the loss reached, in points; larger than asked when it cannot be met.
  std::optional<double> drop;
};

/// Throws kInvalidArgument when options contradict the graph, and what running it throws. Takes the
/// graph, whose weights may be gone once others replace them.
QuantizeResult quantize(Graph graph, const SampleSource& samples, const QuantizeOptions& options,
                        const Observer& observer);

}  // namespace mote
