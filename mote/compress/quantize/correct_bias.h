// Empirical bias correction: what quantization adds to the mean of a channel is taken from its
// bias.
//
// Layers are corrected in topological order, each measured behind the already corrected ones, in
// integer execution: b = b_float + E[W x] - E[W_q x_q]. The mean of a layer's result before its
// activation is linear in the means of its inputs, so that every layer runs once, with its final
// bias, and the result is exact for the samples. Source: Nagel et al. 2019, section 4.2; Nagel et
// al. 2021 (arXiv 2106.08295), section 2.3.2.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mote/compress/quantize/statistics.h"

namespace mote {

struct CorrectBiasOptions {
  int threads = 1;
  ExecOptions exec = {};
};

/// Real biases, by integer node.
using Biases = std::map<int32_t, std::vector<double>>;

/// A layer of the integer graph, and the mean of what the float one gives before its activation.
struct BiasTarget {
  Layer layer;
  std::vector<double> mean;  ///< by output channel
};

/// The layers that can be corrected, by integer node. `integer` is the quantized form of
/// `reference`; `node_of` gives the integer node of a node of the reference, `taps` the means of
/// the float taps (see Statistics) on the samples that biases are corrected on.
std::map<int32_t, BiasTarget> bias_targets(const Graph& integer, const Graph& reference,
                                           const std::map<int32_t, NodeId>& node_of,
                                           const std::map<int32_t, std::vector<double>>& taps);

/// Stores the corrected biases in `integer` and returns them.
Biases correct_bias(Graph& integer, const std::map<int32_t, BiasTarget>& targets,
                    const SampleSource& samples, const CorrectBiasOptions& options,
                    const Observer& observer);

/// Splits samples into batches to be corrected on one after the other, so that the activations of a
/// batch that are alive together take about `budget_bytes`. Of many samples, some evenly spaced
/// ones: the mean of a channel, over all pixels of so many, is known well enough.
std::vector<std::vector<int64_t>> correction_batches(const Graph& reference, DataType activations,
                                                     int64_t samples, int64_t budget_bytes);

/// Replaces the biases of those integer nodes.
void store_biases(Graph& integer, const Biases& biases);

}  // namespace mote
