// Makes a sample what a model's input asks for: batch axis, layout, element type.
#pragma once

#include <cstdint>
#include <string>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"
#include "mote/base/tensor.h"
#include "mote/data/preprocess.h"

namespace mote::data {

/// An input as the model declares it.
struct ModelInput {
  /// Stands in messages.
  std::string name;
  DataType dtype = DataType::kF32;
  /// With the batch axis; N counts as 1.
  Shape shape;
  /// Integer inputs: real = (q - zero_point) * scale. 0 when the model declares nothing.
  double scale = 0.0;
  int32_t zero_point = 0;
};

/// `sample` (f32, or integers that mean `integers`) as a tensor of `input`'s type and shape.
///
/// Shape: equal up to extents of 1, or [h,w,c] against [c,h,w] (transposed), or any shape against
/// a flat input. Type: f32 for an integer input is quantized, q = round(x / scale) + zero_point,
/// half away from zero and clamped; an input without scale takes round(x). Integers go unchanged
/// into an input of the same type whose scale is within 1 % and whose zero point is equal, or when
/// one side declares nothing; otherwise they are dequantized first.
/// Throws kInvalidArgument naming the input, both shapes or types, and the remedy.
Tensor adapt(const Tensor& sample, const ValueScale& integers, const ModelInput& input);

}  // namespace mote::data
