// Attributes of arithmetic: binary operators, reductions, type changes.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

#include "mote/base/data_type.h"
#include "mote/ir/attributes.h"
#include "mote/ops/activation.h"

namespace mote {

constexpr std::array<DataType, 12> enum_values(DataType) {
  return {DataType::kF32, DataType::kF16, DataType::kF64, DataType::kI8,
          DataType::kI16, DataType::kI32, DataType::kI64, DataType::kU8,
          DataType::kU16, DataType::kU32, DataType::kU64, DataType::kBool};
}

/// add, sub, mul, div: NumPy broadcasting, then the clamp.
struct BinaryAttrs {
  Activation activation = Activation::kNone;
  static constexpr auto fields() {
    return std::tuple(field("activation", &BinaryAttrs::activation));
  }
};

/// mean, sum, reduce_max, reduce_min, reduce_prod, ...: over `axes` (sorted, non-negative).
struct ReduceAttrs {
  std::vector<int64_t> axes;
  bool keep_dims = false;
  static constexpr auto fields() {
    return std::tuple(field("axes", &ReduceAttrs::axes),
                      field("keep_dims", &ReduceAttrs::keep_dims));
  }
};

/// arg_max, arg_min: the index along `axis`, the first of equals unless `last`.
struct ArgAttrs {
  int64_t axis = 0;
  bool keep_dims = false;
  bool last = false;
  DataType dtype = DataType::kI64;  ///< i32 or i64
  static constexpr auto fields() {
    return std::tuple(field("axis", &ArgAttrs::axis), field("keep_dims", &ArgAttrs::keep_dims),
                      field("last", &ArgAttrs::last), field("dtype", &ArgAttrs::dtype));
  }
};

/// cast(x) -> y of `dtype`; quantize(x) -> y of `dtype` with the record of the output value.
struct TypeAttrs {
  DataType dtype = DataType::kF32;
  static constexpr auto fields() { return std::tuple(field("dtype", &TypeAttrs::dtype)); }
};

/// is_inf: which infinities count.
struct InfinityAttrs {
  bool positive = true;
  bool negative = true;
  static constexpr auto fields() {
    return std::tuple(field("positive", &InfinityAttrs::positive),
                      field("negative", &InfinityAttrs::negative));
  }
};

}  // namespace mote
