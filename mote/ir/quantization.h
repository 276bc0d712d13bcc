// How the integers of a tensor stand for real numbers: real = scale * (integer - zero_point).
//
// One record serves every scheme. Bits and signedness are those of the tensor's element type.
// Source: TFLite 8-bit quantization specification; ONNX QuantizeLinear-13.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"

namespace mote {

struct Quantization {
  static constexpr int kPerTensor = -1;

  /// One entry for the whole tensor, or one per index of `axis`. Positive and finite.
  std::vector<float> scales;
  /// As many as scales; within the range of the element type.
  std::vector<int32_t> zero_points;
  int axis = kPerTensor;

  static Quantization per_tensor(float scale, int32_t zero_point) {
    return {{scale}, {zero_point}, kPerTensor};
  }
  static Quantization per_channel(std::vector<float> scales, int axis) {
    std::vector<int32_t> zeros(scales.size(), 0);
    return {std::move(scales), std::move(zeros), axis};
  }

  bool is_per_tensor() const { return axis == kPerTensor; }
  /// The scale and zero point of a per-tensor record.
  float scale() const { return scales.front(); }
  int32_t zero_point() const { return zero_points.front(); }

  bool operator==(const Quantization&) const = default;
};

/// Inclusive range of an integer element type, as int64.
struct IntegerRange {
  int64_t low = 0;
  int64_t high = 0;
};
IntegerRange integer_range(DataType type);

/// Throws kInvalidModel when `record` does not fit a tensor of that type and shape.
void validate(const Quantization& record, DataType dtype, const Shape& shape);

/// "0.5@-3" per tensor, "axis 0 [0.5@0, 0.25@0]" per channel.
std::string to_string(const Quantization& record);

}  // namespace mote
