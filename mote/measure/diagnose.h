// From the numbers of a layer to the likely cause of its loss and the option that mends it.
#pragma once

#include "mote/ir/graph.h"
#include "mote/measure/compare.h"

namespace mote {

/// A layer above this SQNR needs no mending: eight ideal bits give a full-scale sine 50 dB, and the
/// usual activation, whose peaks are far above its mean, ten less (Nagel et al. 2021, section 2.2).
inline constexpr double kGoodSqnrDb = 40.0;

/// Sets weight_ratio, cause, explanation and remedy of `layer`, the output of `node` in `graph`;
/// the other numbers are there.
void diagnose(const Graph& graph, const Node& node, LayerComparison& layer);

}  // namespace mote
