#include "mote/codegen/print_values.h"

#include <fmt/core.h>

#include <cstring>

#include "mote/base/error.h"
#include "mote/codegen/names.h"

namespace mote::codegen {
namespace {

constexpr size_t kColumns = 100;

template <class T>
std::string element_text(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::is_same_v<T, double>) {
    return fmt::format("{}", value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return literal(value);
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return fmt::format("{}ULL", value);
  } else {
    return literal(static_cast<int64_t>(value));
  }
}

std::string element_text(DataType type, const std::byte* at) {
  switch (type) {
    case DataType::kF32:
      return element_text<float>(at);
    case DataType::kF64:
      return element_text<double>(at);
    case DataType::kI8:
      return element_text<int8_t>(at);
    case DataType::kI16:
      return element_text<int16_t>(at);
    case DataType::kI32:
      return element_text<int32_t>(at);
    case DataType::kI64:
      return element_text<int64_t>(at);
    case DataType::kBool:
    case DataType::kU8:
      return element_text<uint8_t>(at);
    case DataType::kF16:
    case DataType::kU16:
      return element_text<uint16_t>(at);
    case DataType::kU32:
      return element_text<uint32_t>(at) + "U";
    case DataType::kU64:
      return element_text<uint64_t>(at);
  }
  throw_error(ErrorKind::kInternal, "an element type that C has no array for");
}

}  // namespace

void WrappedList::add(std::string_view word) {
  const size_t width = word.size() + 2;
  if (column_ > 0 && column_ + width > kColumns) {
    text_ += '\n';
    column_ = 0;
  }
  text_ += column_ == 0 ? "  " : " ";
  column_ += column_ == 0 ? 2 : 1;
  text_ += word;
  text_ += ',';
  column_ += word.size() + 1;
}

std::string print_elements(DataType type, std::span<const std::byte> bytes) {
  WrappedList list;
  const size_t size = size_bytes(type);
  for (size_t at = 0; at + size <= bytes.size(); at += size) {
    list.add(element_text(type, bytes.data() + at));
  }
  return list.text();
}

std::string print_array(const ArrayText& array, DataType type, std::span<const std::byte> bytes) {
  return fmt::format("static {}{}const {} {}[{}] = {{\n{}\n}};\n", array.attributes,
                     array.attributes.empty() ? "" : " ", c_type(type), array.name,
                     bytes.size() / size_bytes(type), print_elements(type, bytes));
}

}  // namespace mote::codegen
