// Element types and quantization records, TFLite's and ours.
#pragma once

#include <optional>
#include <string_view>

#include "mote/formats/tflite/model_view.h"
#include "mote/ir/graph.h"

namespace mote::tflite {

/// Nothing for types that have no counterpart (strings, complex, resources). INT4 is read as i8.
std::optional<DataType> data_type_from(schema::TensorType type);
/// Throws kUnsupported for types that TFLite does not have.
schema::TensorType tensor_type_from(DataType type);
/// "INT8", or "type 77" for a value outside the enumeration.
std::string type_name(schema::TensorType type);

/// The record in the file, checked against the tensor. Nothing when there is none or the element
/// type takes none. A single scale is per tensor whatever the dimension says (older converters
/// wrote so).
std::optional<Quantization> quantization_from(const schema::QuantizationParameters* parameters,
                                              DataType dtype, const Shape& shape);

/// "CONV_2D", or "operator code 165".
std::string operator_name(schema::BuiltinOperator code);

}  // namespace mote::tflite
