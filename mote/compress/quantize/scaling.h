// Scaling channels so that a network survives quantization; the float function does not change.
//
//   ScalingProblem problem = scaling_problem(graph, statistics, options);
//   equalize(problem);                     // equal ranges (Nagel et al. 2019)
//   balance_noise(problem);                // least predicted noise of the outputs
//   apply_scales(graph, problem);          // weights, biases, clips
//
// Multiplying channel i of an activation by s_i multiplies row i of the weights that write it and
// divides column i of those that read it. All searches work on log s.
#pragma once

#include <cstdint>
#include <vector>

#include "mote/compress/quantize/channel_classes.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/compress/quantize/statistics.h"

namespace mote {

/// What becomes of a fused ReLU6 when its channels are scaled.
enum class ClipRule {
  kPerChannel,  ///< ReLU, then MINIMUM with 6 * s_i: the function is exact for every scale
  kGuarded,     ///< stays; scales are limited so that it cuts what it cut before
};

struct ScalingOptions {
  WeightScales weights = WeightScales::kPerTensor;
  ClipRule clip = ClipRule::kPerChannel;
};

struct ScalingProblem {
  /// An activation that is quantized: which classes its channels have, their ranges and powers.
  struct Activation {
    ValueId value;
    std::vector<int32_t> classes;
    std::vector<float> low, high;     ///< expected extremes, low <= 0 <= high
    std::vector<float> power;         ///< E[x^2] that weight noise meets after bias correction
    std::vector<double> sensitivity;  ///< of the output's error to variance here
  };
  struct ScaledLayer {
    Layer layer;
    int x = -1, y = -1;               ///< in `activations`
    std::vector<double> sensitivity;  ///< of each output channel
  };

  ScalingOptions options;
  ChannelClasses classes;
  std::vector<Activation> activations;
  std::vector<ScaledLayer> layers;
  std::vector<double> log_scale;        ///< by class; 0 where fixed
  std::vector<double> lowest, highest;  ///< bounds of log_scale
  const Graph* graph = nullptr;         ///< must outlive the problem

  double log_of(const Activation& a, size_t channel) const {
    return log_scale[static_cast<size_t>(a.classes[channel])];
  }
};

/// `statistics` are those of `graph`.
ScalingProblem scaling_problem(const Graph& graph, const Statistics& statistics,
                               const ScalingOptions& options);

struct EqualizeOptions {
  double tolerance = 1e-3;  ///< of the largest change of a log scale in a sweep
  int max_sweeps = 200;
};
struct EqualizeResult {
  int sweeps = 0;
  double last_change = 0.0;
};
/// Cross-layer equalization to a fixed point: s_i = sqrt(r2_i / r1_i) for every class, r1 the
/// largest weight that writes it and r2 the largest that reads it, so that r1' = r2'. Triplets
/// (conv, depthwise, conv) follow from the sweeps. Source: Nagel et al. 2019, section 4.1.
EqualizeResult equalize(ScalingProblem& problem, const EqualizeOptions& options = {});

struct BalanceOptions {
  int stages = 4;
  int steps_per_stage = 60;  ///< at most: a stage ends where steps stop to give anything
};
/// Minimizes the predicted variance of the outputs' error over all scales:
///   sum over layers of D_w^2/12 * sum_o g_o/s_o^2 * taps * sum_i E[x_i^2] s_i^2
///   + sum over activations of D_x^2/12 * sum_i h_i / s_i^2,
/// D_w = max |w s_o/s_i| / 127 and D_x = range / 255 the steps of the grid, g and h how much
/// variance at a channel raises that of the outputs. It is convex in log s (a geometric program);
/// maxima are p-norms with growing p. Starts at the problem's scales; returns the predicted
/// variance.
double balance_noise(ScalingProblem& problem, const BalanceOptions& options = {});
/// The variance at the problem's scales.
double predicted_noise(ScalingProblem& problem);

/// What `apply_scales` put in.
struct ClipCost {
  int64_t clips = 0;           ///< MINIMUM nodes
  int64_t constant_bytes = 0;  ///< of their constants, as integers
  int64_t elements = 0;        ///< compared per call at batch 1
};
/// Multiplies weights and biases by the scales, and puts MINIMUM nodes behind ReLU6 layers whose
/// channels got unequal scales. Statistics of layers are carried along.
ClipCost apply_scales(Graph& graph, const ScalingProblem& problem);

/// The statistics of the graph after apply_scales, without running it.
Statistics scaled_statistics(const Statistics& statistics, const ScalingProblem& problem);

}  // namespace mote
