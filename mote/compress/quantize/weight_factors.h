// The magnitudes of a layer's weights under channel scales, |w| * up[o] * down[i]: their maxima by
// row and column, and those near the maximum.
//
//   const std::vector<float> rows = row_maxima(graph, layer, {.up = s_y, .down = one_over_s_x});
#pragma once

#include <cstdint>
#include <vector>

#include "mote/compress/quantize/layers.h"

namespace mote {

struct WeightFactors {
  std::vector<float> up;    ///< by output channel
  std::vector<float> down;  ///< by input channel
};

/// Largest magnitude of every output channel.
std::vector<float> row_maxima(const Graph& graph, const Layer& layer, const WeightFactors& factors);
/// Largest magnitude of every input channel.
std::vector<float> column_maxima(const Graph& graph, const Layer& layer,
                                 const WeightFactors& factors);

/// Weights of a layer row by row: those of rows[r] are [rows[r].first, rows[r].last).
struct LargeWeights {
  struct Row {
    int32_t o = 0;  ///< output channel
    size_t first = 0, last = 0;
  };
  std::vector<Row> rows;         ///< by rising output channel; none is empty
  std::vector<int32_t> inputs;   ///< input channel of each weight
  std::vector<float> magnitude;  ///< |w|, without factors
};
struct LargeWeightOptions {
  float share = 0.5f;    ///< of the maximum that a weight has to reach
  bool per_row = false;  ///< the maximum of its row instead of that of the layer
};
LargeWeights large_weights(const Graph& graph, const Layer& layer, const WeightFactors& factors,
                           const LargeWeightOptions& options);

}  // namespace mote
