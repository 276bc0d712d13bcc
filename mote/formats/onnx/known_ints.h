// Integer tensors known in part while importing: what models compute from shapes.
//
// With a dynamic batch, Shape(x) of [N,3,32,32] is (?,3,32,32). Such a value never becomes a value
// of the graph; the operators that exporters put between Shape and Reshape are evaluated on it
// here.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mote/base/tensor.h"

namespace mote::onnx {

struct KnownInts {
  DataType dtype = DataType::kI64;
  Shape shape;                                 ///< static
  std::vector<std::optional<int64_t>> values;  ///< nothing: depends on the batch

  bool all_known() const;
  /// Throws kInternal unless all_known.
  Tensor tensor() const;
};

/// Larger tensors are not shapes and are left to the operators themselves.
inline constexpr int64_t kMaxKnownInts = 4096;

/// The content of a small integer or bool tensor; nothing for others.
std::optional<KnownInts> known_ints(const ConstTensorView& tensor);

/// The attributes of the node that is evaluated; only what the operators below read.
class KnownAttributes {
 public:
  virtual ~KnownAttributes() = default;
  virtual int64_t opset() const = 0;
  virtual int64_t integer(std::string_view name, int64_t otherwise) const = 0;
  virtual std::vector<int64_t> integers(std::string_view name) const = 0;
};

/// The result of `op_type` on operands that are all known at least in part (an absent one is
/// nullptr), or nothing when the operator is none of those handled here. Throws kInvalidModel.
std::optional<KnownInts> evaluate_known(std::string_view op_type, const KnownAttributes& attributes,
                                        std::span<const KnownInts* const> inputs);

}  // namespace mote::onnx
