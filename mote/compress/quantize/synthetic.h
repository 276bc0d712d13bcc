// Inputs made from a seed, for quantization without data.
//
// Image-shaped inputs get "dead leaves" scenes: opaque discs of random size and colour that hide
// one another, some with octave noise instead. Their edges, flat areas, occlusions and 1/f spectrum
// are close enough to photographs that activations reach nearly the ranges and means they have on
// those. Other inputs get normal noise. Values fill the declared range of the input.
// Sources: Lee, Mumford, Huang 2001 (dead leaves); Baradad et al. 2021 (arXiv 2106.05963), who
// train on them what then sees photographs.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "mote/compress/quantize/quantize.h"

namespace mote {

struct SyntheticOptions {
  int64_t count = 16;
  uint64_t seed = 1;
  std::vector<RealRange> ranges = {};  ///< by input; [-1, 1] where none is given
};

/// Samples for `graph`, made when asked for; the same for the same seed and index.
SampleSource synthetic_samples(const Graph& graph, const SyntheticOptions& options);

/// "16 synthetic scenes" or "16 synthetic noise inputs".
std::string describe_synthetic(const Graph& graph, const SyntheticOptions& options);

}  // namespace mote
