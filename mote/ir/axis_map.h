// Which axes of an operator's tensors move together.
//
// An axis is an ordered product of named factors, outermost first, as in einops: flattening
// [h, w, c] gives one axis with the factors (h, w, c). A concatenated axis is a sequence of blocks,
// each a product. The same factor in two tensors means: permute both along it and the operator's
// result is the permuted one. An axis that cannot be permuted says so and why ("blocked"); nothing
// is free by omission.
//
// Channel pruning, per-channel scales, layout changes and slicing all read this map.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mote {

struct AxisFactor {
  int id = 0;          ///< unique within the operator's map
  int64_t extent = 1;  ///< kDynamic for the batch
  bool operator==(const AxisFactor&) const = default;
};

/// `product` of factors covering `extent` consecutive indices of the axis from `offset` on.
struct AxisBlock {
  int64_t offset = 0;
  std::vector<AxisFactor> product;
};

struct AxisRole {
  std::vector<AxisBlock> blocks;
  /// Non-empty when the axis cannot be permuted: the reason, for messages.
  std::string_view blocked_because = {};

  bool blocked() const { return !blocked_because.empty(); }
  static AxisRole factor(int id, int64_t extent) { return {{{0, {{id, extent}}}}, {}}; }
  static AxisRole blocked_by(std::string_view why) { return {{}, why}; }
};

using TensorAxes = std::vector<AxisRole>;

struct AxisMap {
  std::vector<TensorAxes> inputs;  ///< absent inputs have an empty entry
  std::vector<TensorAxes> outputs;
};

}  // namespace mote
