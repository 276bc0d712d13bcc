// Takes the bytes of initializers out of a serialized ONNX model before it is parsed.
//
//   const DetachedModel detached = *detach_raw(file.bytes());
//   model.ParseFromString(detached.bytes);
//   detached.raw[i]   // raw_data of model.graph().initializer(i), still in the file
//
// A parser that copies them holds a network's weights twice.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mote::onnx {

struct DetachedModel {
  std::string bytes;  ///< the model without raw_data of its graph's initializers
  /// By initializer; views of what was given. Empty where there is none.
  std::vector<std::string_view> raw;
};

/// Nothing when the bytes are not a sequence of protobuf fields as an ONNX model has them: the
/// parser has the better message for that.
std::optional<DetachedModel> detach_raw(std::span<const std::byte> bytes);

}  // namespace mote::onnx
