#include "mote/ir/quantization.h"

#include <cmath>
#include <limits>

#include "mote/base/error.h"
#include "mote/base/number_text.h"

namespace mote {
namespace {

template <class T>
IntegerRange range_of() {
  return {static_cast<int64_t>(std::numeric_limits<T>::min()),
          static_cast<int64_t>(std::numeric_limits<T>::max())};
}

}  // namespace

IntegerRange integer_range(DataType type) {
  switch (type) {
    case DataType::kI8:
      return range_of<int8_t>();
    case DataType::kI16:
      return range_of<int16_t>();
    case DataType::kI32:
      return range_of<int32_t>();
    case DataType::kI64:
      return range_of<int64_t>();
    case DataType::kU8:
      return range_of<uint8_t>();
    case DataType::kU16:
      return range_of<uint16_t>();
    case DataType::kU32:
      return range_of<uint32_t>();
    case DataType::kU64:
      return {0, std::numeric_limits<int64_t>::max()};
    case DataType::kF32:
    case DataType::kF16:
    case DataType::kF64:
    case DataType::kBool:
      break;
  }
  throw_error(ErrorKind::kInvalidModel, "{} is not an integer type and cannot be quantized",
              name(type));
}

void validate(const Quantization& record, DataType dtype, const Shape& shape) {
  const IntegerRange range = integer_range(dtype);
  if (record.scales.empty() || record.scales.size() != record.zero_points.size()) {
    throw_error(ErrorKind::kInvalidModel, "quantization has {} scales and {} zero points",
                record.scales.size(), record.zero_points.size());
  }
  const size_t expected =
      record.is_per_tensor()
          ? 1
          : static_cast<size_t>(shape[normalize_axis(record.axis, shape.rank(), "quantized axis")]);
  if (record.scales.size() != expected) {
    throw_error(ErrorKind::kInvalidModel,
                "quantization of a tensor {} along axis {} has {} scales, "
                "expected {}",
                to_string(shape), record.axis, record.scales.size(), expected);
  }
  for (size_t i = 0; i < record.scales.size(); ++i) {
    if (!std::isfinite(record.scales[i]) || record.scales[i] <= 0.0f) {
      throw_error(ErrorKind::kInvalidModel, "quantization scale {} is not positive and finite",
                  float_text(record.scales[i]));
    }
    if (record.zero_points[i] < range.low || record.zero_points[i] > range.high) {
      throw_error(ErrorKind::kInvalidModel, "zero point {} is outside {}..{} of {}",
                  record.zero_points[i], range.low, range.high, name(dtype));
    }
  }
}

std::string to_string(const Quantization& record) {
  std::string text = record.is_per_tensor() ? "" : fmt::format("axis {} [", record.axis);
  for (size_t i = 0; i < record.scales.size(); ++i) {
    if (i > 0) text += ", ";
    text += fmt::format("{}@{}", float_text(record.scales[i]), record.zero_points[i]);
  }
  return record.is_per_tensor() ? text : text + "]";
}

}  // namespace mote
