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

struct CorrectBiasResult {
  int64_t layers = 0;
  double largest_shift = 0.0;  ///< of a bias, in steps of its layer's output
  /// The biases stored, by integer node.
  std::map<int32_t, std::vector<double>> biases;
};

/// How many samples may be held at once: the activations of all of them that are alive together
/// take at most that many bytes.
int64_t samples_within(const Graph& integer, int64_t budget_bytes);

/// `integer` is the quantized form of `reference`; `node_of` gives the integer node of a node of
/// the reference. `statistics` are those of `reference` on the same samples.
CorrectBiasResult correct_bias(Graph& integer, const Graph& reference,
                               const std::map<int32_t, NodeId>& node_of,
                               const Statistics& statistics, const SampleSource& samples,
                               const CorrectBiasOptions& options, const Observer& observer);

/// Replaces the biases of those integer nodes.
void store_biases(Graph& integer, const std::map<int32_t, std::vector<double>>& biases);

}  // namespace mote
