// Attributes of operators that look up, scatter, sort or mask by position.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "mote/base/data_type.h"
#include "mote/ir/attributes.h"
#include "mote/ops/math_attrs.h"

namespace mote {

/// gather_nd(x, indices): the first `batch_dims` axes of both go together.
struct GatherNdAttrs {
  int64_t batch_dims = 0;
  static constexpr auto fields() {
    return std::tuple(field("batch_dims", &GatherNdAttrs::batch_dims));
  }
};

enum class ScatterReduction { kNone, kAdd, kMul, kMax, kMin };
constexpr std::array<ScatterReduction, 5> enum_values(ScatterReduction) {
  return {ScatterReduction::kNone, ScatterReduction::kAdd, ScatterReduction::kMul,
          ScatterReduction::kMax, ScatterReduction::kMin};
}
constexpr std::string_view name(ScatterReduction reduction) {
  switch (reduction) {
    case ScatterReduction::kNone:
      return "none";
    case ScatterReduction::kAdd:
      return "add";
    case ScatterReduction::kMul:
      return "mul";
    case ScatterReduction::kMax:
      return "max";
    case ScatterReduction::kMin:
      return "min";
  }
  return {};
}

/// scatter_elements(x, indices, updates) along `axis`; scatter_nd (axis unused). How an update
/// meets what is there.
struct ScatterAttrs {
  int64_t axis = 0;
  ScatterReduction reduction = ScatterReduction::kNone;
  static constexpr auto fields() {
    return std::tuple(field("axis", &ScatterAttrs::axis),
                      field("reduction", &ScatterAttrs::reduction));
  }
};

/// one_hot(indices, values [off, on]): a new axis of `depth` before axis `axis` of the result.
struct OneHotAttrs {
  int64_t axis = -1;
  int64_t depth = 1;
  static constexpr auto fields() {
    return std::tuple(field("axis", &OneHotAttrs::axis), field("depth", &OneHotAttrs::depth));
  }
};

/// top_k(x) -> values, indices (of `dtype`): the k extremes along `axis`, best first.
struct TopKAttrs {
  int64_t k = 1;
  int64_t axis = -1;
  bool largest = true;
  DataType dtype = DataType::kI64;
  static constexpr auto fields() {
    return std::tuple(field("k", &TopKAttrs::k), field("axis", &TopKAttrs::axis),
                      field("largest", &TopKAttrs::largest), field("dtype", &TopKAttrs::dtype));
  }
};

/// cumsum: `exclusive` leaves the element itself out, `reverse` starts at the end.
struct CumsumAttrs {
  int64_t axis = 0;
  bool exclusive = false;
  bool reverse = false;
  static constexpr auto fields() {
    return std::tuple(field("axis", &CumsumAttrs::axis),
                      field("exclusive", &CumsumAttrs::exclusive),
                      field("reverse", &CumsumAttrs::reverse));
  }
};

/// trilu: keeps the triangle from the `diagonal`-th diagonal on (upper) or up to it.
struct TriluAttrs {
  bool upper = true;
  int64_t diagonal = 0;
  static constexpr auto fields() {
    return std::tuple(field("upper", &TriluAttrs::upper), field("diagonal", &TriluAttrs::diagonal));
  }
};

/// reverse_sequence(x, lengths [n]): the first lengths[b] elements along `time_axis` of batch b.
struct ReverseSequenceAttrs {
  int64_t time_axis = 0;
  int64_t batch_axis = 1;
  static constexpr auto fields() {
    return std::tuple(field("time_axis", &ReverseSequenceAttrs::time_axis),
                      field("batch_axis", &ReverseSequenceAttrs::batch_axis));
  }
};

}  // namespace mote
