// Element types of tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mote {

enum class DataType : uint8_t {
  kF32,
  kF16,
  kF64,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kBool,
};

/// "f32", "i8", "bool", ...: the names used in the text form, messages and JSON.
std::string_view name(DataType type);
std::optional<DataType> data_type_from_name(std::string_view name);

/// Bytes of one element.
size_t size_bytes(DataType type);
bool is_float(DataType type);
/// Integer types, signed or unsigned; not bool.
bool is_integer(DataType type);
bool is_signed_integer(DataType type);

/// The DataType of a C++ element type: `data_type_of<int8_t> == DataType::kI8`.
/// Half precision is stored as `Half` (see half.h).
template <class T>
inline constexpr DataType data_type_of = T::kDataType;
template <>
inline constexpr DataType data_type_of<float> = DataType::kF32;
template <>
inline constexpr DataType data_type_of<double> = DataType::kF64;
template <>
inline constexpr DataType data_type_of<int8_t> = DataType::kI8;
template <>
inline constexpr DataType data_type_of<int16_t> = DataType::kI16;
template <>
inline constexpr DataType data_type_of<int32_t> = DataType::kI32;
template <>
inline constexpr DataType data_type_of<int64_t> = DataType::kI64;
template <>
inline constexpr DataType data_type_of<uint8_t> = DataType::kU8;
template <>
inline constexpr DataType data_type_of<uint16_t> = DataType::kU16;
template <>
inline constexpr DataType data_type_of<uint32_t> = DataType::kU32;
template <>
inline constexpr DataType data_type_of<uint64_t> = DataType::kU64;
template <>
inline constexpr DataType data_type_of<bool> = DataType::kBool;

}  // namespace mote
