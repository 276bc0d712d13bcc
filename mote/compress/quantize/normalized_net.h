// For tests: networks whose batch norm statistics are those of the data they are fed with.
#pragma once

#include <vector>

#include "mote/compress/quantize/quantize.h"
#include "mote/ir/graph.h"
#include "mote/ops/activation.h"

namespace mote::test {

struct NormalizedLayer {
  std::string_view op = "conv_2d";  ///< 1x1, or depthwise 3x3 with padding
  int64_t channels = 8;
  Activation activation = Activation::kRelu;
  bool normalized = true;  ///< else a bias
  float beta = 1.0f;       ///< normal with this deviation
};

/// Layers with batch norm one behind the other, exact passes run. Running means and variances are
/// those on `normal_samples(graph, ...)`; half of the gammas are negative.
Graph normalized_net(uint64_t seed, const std::vector<NormalizedLayer>& layers);

/// Independent standard normal pixels.
SampleSource normal_samples(int64_t count, uint64_t seed);

}  // namespace mote::test
