// Which layers lose most, and the fewest to leave float so that the loss stays below a bound.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "mote/compress/quantize/recovery.h"

namespace mote {

struct MaxDropResult {
  std::set<int32_t> excluded;  ///< nodes of the reference
  QuantizedGraph integer;
  Fidelity fidelity;
  double drop = 0.0;  ///< points
  bool met = false;
};

/// The loss in points: of top-1 where samples have labels, else of agreement.
double drop_of(const Fidelity& fidelity, const FidelityProbe& probe);

/// Leaves layers float, those first that alone raise the SQNR of the outputs most, until the loss
/// is at most `max_drop` points; the smallest number of that order. When all layers are not enough,
/// the result says so.
MaxDropResult meet_max_drop(const Recovery& recovery, const Graph& reference, double max_drop,
                            const Observer& observer);

}  // namespace mote
