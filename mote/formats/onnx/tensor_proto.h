// Tensors between ONNX's messages and ours.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "mote/base/tensor.h"

namespace mote::onnxpb {
class TensorProto;
}

namespace mote::onnx {

/// Our element type for ONNX's number; nothing for those we do not have (strings, complex, float8,
/// ...).
std::optional<DataType> data_type_from_onnx(int64_t code);
int32_t onnx_code(DataType type);
/// ONNX's own word for a type number, for messages: "STRING".
std::string_view onnx_type_name(int64_t code);

/// Checks sizes against the data that is there before anything is allocated. External data is read
/// from inside `folder` only; an empty folder refuses it. bfloat16 and 4-bit integers are widened
/// to f32 and 8 bits. `detached`: raw_data that is not in the message (see detach_raw.h), whose
/// `owner`, if there is one, allows to refer to it. Throws kInvalidModel, kUnsupported, kIo.
Tensor tensor_from_proto(const onnxpb::TensorProto& proto, const std::filesystem::path& folder,
                         std::string_view detached = {},
                         const std::shared_ptr<const void>& owner = nullptr);

/// Stores the elements as raw_data.
void tensor_to_proto(const ConstTensorView& tensor, std::string_view name,
                     onnxpb::TensorProto* proto);

}  // namespace mote::onnx
