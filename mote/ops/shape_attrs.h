// Attributes of operators that move data: reshape, transpose, slices, pads, joins, look-ups.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

#include "mote/ir/attributes.h"

namespace mote {

/// reshape, broadcast_to. In reshape at most one extent is -1 and takes what is left; with a
/// dynamic batch that is the first one, and stays dynamic.
struct ShapeAttrs {
  std::vector<int64_t> shape;
  static constexpr auto fields() { return std::tuple(field("shape", &ShapeAttrs::shape)); }
};

/// transpose: axis i of the result is axis permutation[i] of x.
struct TransposeAttrs {
  std::vector<int64_t> permutation;
  static constexpr auto fields() {
    return std::tuple(field("permutation", &TransposeAttrs::permutation));
  }
};

/// concat, split (with its `sizes`), gather, gather_elements, cumsum and other single-axis
/// operators.
struct AxisAttrs {
  int64_t axis = 0;
  static constexpr auto fields() { return std::tuple(field("axis", &AxisAttrs::axis)); }
};

struct SplitAttrs {
  int64_t axis = 0;
  std::vector<int64_t> sizes;  ///< extents of the parts along `axis`
  static constexpr auto fields() {
    return std::tuple(field("axis", &SplitAttrs::axis), field("sizes", &SplitAttrs::sizes));
  }
};

/// gather(x, indices) along `axis`; the first `batch_dims` axes of both go together.
struct GatherAttrs {
  int64_t axis = 0;
  int64_t batch_dims = 0;
  static constexpr auto fields() {
    return std::tuple(field("axis", &GatherAttrs::axis),
                      field("batch_dims", &GatherAttrs::batch_dims));
  }
};

/// slice: x[begin:end:stride] on every axis, NumPy semantics (negative counts from the end, out of
/// range is clamped). kSliceEnd reaches the end whatever the extent, so a dynamic batch is taken
/// whole; for a negative stride kSliceEnd means past the first element.
inline constexpr int64_t kSliceEnd = std::numeric_limits<int64_t>::max();
struct SliceAttrs {
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  std::vector<int64_t> stride;
  static constexpr auto fields() {
    return std::tuple(field("begin", &SliceAttrs::begin), field("end", &SliceAttrs::end),
                      field("stride", &SliceAttrs::stride));
  }
};

enum class PadMode { kConstant, kReflect, kSymmetric, kEdge, kWrap };
constexpr std::array<PadMode, 5> enum_values(PadMode) {
  return {PadMode::kConstant, PadMode::kReflect, PadMode::kSymmetric, PadMode::kEdge,
          PadMode::kWrap};
}
constexpr std::string_view name(PadMode mode) {
  switch (mode) {
    case PadMode::kConstant:
      return "constant";
    case PadMode::kReflect:
      return "reflect";
    case PadMode::kSymmetric:
      return "symmetric";
    case PadMode::kEdge:
      return "edge";
    case PadMode::kWrap:
      return "wrap";
  }
  return {};
}

/// pad(x): `before[i]` and `after[i]` elements around axis i (negative crops, ONNX only).
struct PadAttrs {
  std::vector<int64_t> before;
  std::vector<int64_t> after;
  PadMode mode = PadMode::kConstant;
  double value = 0.0;  ///< constant mode: the real number; quantized by the record of x
  static constexpr auto fields() {
    return std::tuple(field("before", &PadAttrs::before), field("after", &PadAttrs::after),
                      field("mode", &PadAttrs::mode), field("value", &PadAttrs::value));
  }
};

/// tile(x): repeated `repeats[i]` times along axis i.
struct TileAttrs {
  std::vector<int64_t> repeats;
  static constexpr auto fields() { return std::tuple(field("repeats", &TileAttrs::repeats)); }
};

/// depth_to_space, space_to_depth on x [n,h,w,c]. `column_row_depth` is ONNX's CRD order.
struct BlockAttrs {
  int64_t block = 2;
  bool column_row_depth = false;
  static constexpr auto fields() {
    return std::tuple(field("block", &BlockAttrs::block),
                      field("column_row_depth", &BlockAttrs::column_row_depth));
  }
};

/// space_to_batch(x) with `low`/`high` pads, batch_to_space(x) with them as crops, per spatial
/// axis.
struct SpaceBatchAttrs {
  std::vector<int64_t> block;
  std::vector<int64_t> low;
  std::vector<int64_t> high;
  static constexpr auto fields() {
    return std::tuple(field("block", &SpaceBatchAttrs::block), field("low", &SpaceBatchAttrs::low),
                      field("high", &SpaceBatchAttrs::high));
  }
};

}  // namespace mote
