#include "mote/formats/tflite/types.h"

#include <array>
#include <cstring>
#include <utility>

#include "mote/base/error.h"

namespace mote::tflite {
namespace {

using schema::TensorType;

constexpr std::array<std::pair<TensorType, DataType>, 12> kTypes = {{
    {TensorType::FLOAT32, DataType::kF32},
    {TensorType::FLOAT16, DataType::kF16},
    {TensorType::FLOAT64, DataType::kF64},
    {TensorType::INT8, DataType::kI8},
    {TensorType::INT16, DataType::kI16},
    {TensorType::INT32, DataType::kI32},
    {TensorType::INT64, DataType::kI64},
    {TensorType::UINT8, DataType::kU8},
    {TensorType::UINT16, DataType::kU16},
    {TensorType::UINT32, DataType::kU32},
    {TensorType::UINT64, DataType::kU64},
    {TensorType::BOOL, DataType::kBool},
}};

/// Integers wider than 8 bits carry a record of zeros where old converters had nothing to say.
bool means_nothing(std::span<const float> scales, DataType dtype) {
  return scales.size() == 1 && scales[0] == 0.0f && size_bytes(dtype) > 1;
}

}  // namespace

std::optional<DataType> data_type_from(TensorType type) {
  if (type == TensorType::INT4) return DataType::kI8;
  for (const auto& [theirs, ours] : kTypes) {
    if (theirs == type) return ours;
  }
  return std::nullopt;
}

TensorType tensor_type_from(DataType type) {
  for (const auto& [theirs, ours] : kTypes) {
    if (ours == type) return theirs;
  }
  throw_error(ErrorKind::kUnsupported, "TFLite has no element type {}", name(type));
}

std::string type_name(TensorType type) {
  const std::string known = schema::EnumNameTensorType(type);
  return known.empty() ? fmt::format("type {}", static_cast<int>(type)) : known;
}

std::optional<Quantization> quantization_from(const schema::QuantizationParameters* parameters,
                                              DataType dtype, const Shape& shape) {
  if (parameters == nullptr || !is_integer(dtype)) return std::nullopt;
  if (parameters->details_type() != schema::QuantizationDetails::NONE) {
    throw_error(ErrorKind::kUnsupported, "custom quantization");
  }
  const std::span<const float> scales = elements(parameters->scale());
  // Copied, because a damaged file need not have them aligned to eight bytes.
  const flatbuffers::Vector<int64_t>* stored = parameters->zero_point();
  std::vector<int64_t> zero_points(stored == nullptr ? 0 : stored->size());
  if (!zero_points.empty()) {
    std::memcpy(zero_points.data(), stored->Data(), zero_points.size() * sizeof(int64_t));
  }
  if (scales.empty() || means_nothing(scales, dtype)) return std::nullopt;
  if (zero_points.size() > 1 && zero_points.size() != scales.size()) {
    throw_error(ErrorKind::kInvalidModel, "{} scales and {} zero points", scales.size(),
                zero_points.size());
  }
  Quantization record;
  record.scales.assign(scales.begin(), scales.end());
  const IntegerRange range = integer_range(DataType::kI32);
  for (size_t i = 0; i < scales.size(); ++i) {
    const int64_t zero_point =
        zero_points.empty() ? 0 : zero_points[zero_points.size() == 1 ? 0 : i];
    if (zero_point < range.low || zero_point > range.high) {
      throw_error(ErrorKind::kInvalidModel, "zero point {} does not fit in 32 bits", zero_point);
    }
    record.zero_points.push_back(static_cast<int32_t>(zero_point));
  }
  if (scales.size() > 1) {
    // Older converters give a bias, which has one axis, the dimension of the weights.
    record.axis = shape.rank() == 1 ? 0 : parameters->quantized_dimension();
    if (record.axis < 0) {
      throw_error(ErrorKind::kInvalidModel, "quantized dimension {}", record.axis);
    }
  }
  validate(record, dtype, shape);
  return record;
}

std::string operator_name(schema::BuiltinOperator code) {
  const std::string known = schema::EnumNameBuiltinOperator(code);
  return known.empty() ? fmt::format("operator code {}", static_cast<int>(code)) : known;
}

}  // namespace mote::tflite
