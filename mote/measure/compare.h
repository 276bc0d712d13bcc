// Two models layer by layer: where the second loses what the first computes, why, and what mends
// it.
//
//   const ModelComparison result = compare_models(float_graph, int8_graph, samples, {}, observer);
//   for (const LayerComparison& layer : worst_layers(result, 5)) ... layer.cause, layer.remedy
//
// Model `a` is the truth. Nothing needs labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/exec/executor.h"
#include "mote/measure/samples.h"

namespace mote {

/// What spoils a layer most, as far as its numbers show.
enum class LossCause {
  kNone,          ///< the layer is good, or as good as what it is given
  kDeadChannels,  ///< channels that are constant while others carry the signal
  kChannelRatio,  ///< one scale for weights whose channels differ widely
  kSaturation,    ///< values beyond the range of the quantized output
  kOutliers,      ///< a range stretched by few values
  kBias,          ///< channel means moved
  kResolution,    ///< none of these: eight bits are too few here
};
std::string_view name(LossCause cause);

struct LayerComparison {
  std::string name;  ///< of the value in `b`
  std::string op;    ///< of its producer in `b`
  /// Signal energy of `a` over that of the difference, all samples; inside the network after the
  /// best factor for each channel, because equalization scales channels on purpose.
  double sqnr_db = 0.0;
  bool rescaled = false;       ///< the channels of `b` are scaled
  double input_sqnr_db = 0.0;  ///< the worst of the matched inputs; 200 for the graph's own inputs
  double low_a = 0.0;          ///< range of values seen
  double high_a = 0.0;
  double low_b = 0.0;
  double high_b = 0.0;
  double saturated =
      0.0;  ///< share of values of `b` at the end of its integer range and wrong there
  double outlier_ratio = 0.0;  ///< largest |a| over its 99.9th percentile (within 19 %)
  double weight_ratio = 0.0;   ///< largest over median channel range of the weights in `b`; 0: none
  int64_t dead_channels = 0;   ///< channels of `a` whose values never change
  int64_t channels = 0;
  double bias_share = 0.0;  ///< of the noise energy that is a constant shift of channels
  LossCause cause = LossCause::kNone;
  std::string explanation;  ///< the cause with its numbers
  std::string remedy;       ///< the option that mends it

  /// Noise added by this layer itself, in dB below what it was given; 0 when it adds none.
  double added_db() const { return input_sqnr_db > sqnr_db ? input_sqnr_db - sqnr_db : 0.0; }
};

struct ModelComparison {
  int64_t samples = 0;
  std::vector<LayerComparison> layers;  ///< in the execution order of `b`
  double output_sqnr_db = 0.0;          ///< of the last output
  int64_t unmatched = 0;                ///< computed values of `b` without a partner in `a`
};

struct CompareOptions {
  ExecOptions exec = {};
  std::optional<ExecOptions> exec_b = {};  ///< of the second model; absent: as `exec`
  int threads = 1;
};

/// The result does not depend on the number of threads. Throws kInvalidArgument when there are no
/// samples or no two layers of the models match.
ModelComparison compare_models(const Graph& a, const Graph& b, const SampleSource& samples,
                               const CompareOptions& options, const Observer& observer);

/// The `count` layers with the lowest SQNR relative to what they were given (those that add most
/// noise), among layers below 40 dB; in falling order of added_db.
std::vector<LayerComparison> worst_layers(const ModelComparison& comparison, size_t count);

}  // namespace mote
