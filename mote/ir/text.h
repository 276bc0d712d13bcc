// The text form of a Graph: for tests, dumps and debugging.
//
//   graph "tiny"
//   input %x: f32[N,4]
//   const %w: f32[2,4] = random(7)
//   const %b: f32[2] = [0.5, -1.0]
//   %y = fully_connected(%x, %w, %b) {activation = relu}: f32[N,2]
//   output %y
//
// A statement may span lines; `#` starts a comment. A name that has other characters than letters,
// digits and _ . / - is quoted: %"conv:0". Operands are values, `_` is an absent one. After them
// may stand: @node_name (absent: the name of the first result), {attributes that differ from the
// defaults}, ": type, type" with one type for each result, "statistics([mean...], [stddev...])".
// A type is "i8[1,4]{0.5@-3}"; of a result, the part before the brace may be left out, and what is
// given must be what inference finds. A per-channel record is "{axis 0 [0.5@0, 0.25@0]}".
//
// Content of constants and states:
//   [1, 2, 3]      every element          splat(2)      all elements alike
//   base64("...")  little-endian bytes    same(%other)  the very tensor of an earlier value
//   random(seed) or random(seed, low, high)  uniform; read only, a printed graph holds the values
//
// Also: state, signature, metadata, description. What `print` gives reads back to an equal graph,
// up to the numbering of ids.
#pragma once

#include <string>
#include <string_view>

#include "mote/ir/op_def.h"

namespace mote {

struct PrintOptions {
  /// Constants with more elements are printed as base64.
  int max_listed_elements = 16;
  /// Prints a checksum instead of base64: shorter, but cannot be read back.
  bool elide_large_constants = false;
};

std::string print(const Graph& graph, const PrintOptions& options = {});

/// Reads the text form and verifies the graph. Throws kInvalidModel with line and column; constants
/// of more than 256 MB are refused.
Graph parse_graph(std::string_view text, OpLookup find_op);

}  // namespace mote
