// Data-free methods that need batch norm's statistics (Node::statistics): high-bias absorption and
// analytic bias correction. Where batch norm was folded before the network was imported, there are
// none, and neither applies.
// Source: Nagel et al. 2019 (arXiv 1906.04721), sections 4.1.3 and 4.2.
#pragma once

#include <cstdint>

#include "mote/compress/quantize/quantize.h"
#include "mote/ir/graph.h"

namespace mote {

/// Moves c = max(0, mean - 3 stddev) of a ReLU layer's channels into the biases of the layers that
/// read it: b1 -= c, b2 += W2 c. Exact where the layer's result never falls below c before its
/// activation (0.1 % of a normal one do). Returns the number of channels; 0 where it does not
/// apply.
int64_t absorb_high_biases(Graph& graph);

/// b -= sum (W_q - W) E[x] of every layer whose input means are known. Returns the number of
/// layers.
int64_t correct_biases_analytically(Graph& graph, WeightScales scales);

}  // namespace mote
