#include "mote/codegen/names.h"

#include <fmt/core.h>

#include <cctype>
#include <cmath>
#include <limits>

#include "mote/base/number_text.h"

namespace mote::codegen {

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    name += byte < 128 && std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  const bool needs_word = name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0;
  return needs_word ? "model_" + name : name;
}

std::string upper(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string_view c_type(DataType type) {
  switch (type) {
    case DataType::kF32:
      return "float";
    case DataType::kF64:
      return "double";
    case DataType::kI8:
      return "int8_t";
    case DataType::kI16:
      return "int16_t";
    case DataType::kI32:
      return "int32_t";
    case DataType::kI64:
      return "int64_t";
    case DataType::kBool:
    case DataType::kU8:
      return "uint8_t";
    case DataType::kF16:
    case DataType::kU16:
      return "uint16_t";
    case DataType::kU32:
      return "uint32_t";
    case DataType::kU64:
      return "uint64_t";
  }
  return {};
}

std::string comment_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool ends = c == '/' && result.ends_with('*');
    const bool starts = c == '*' && result.ends_with('/');
    const bool control = std::iscntrl(static_cast<unsigned char>(c)) != 0;
    result += control || ends || starts || c == '\\' ? '_' : c;
  }
  return result;
}

std::string literal(float value) {
  if (std::isnan(value)) return "(0.0F / 0.0F)";
  if (std::isinf(value)) return value > 0 ? "(1.0F / 0.0F)" : "(-1.0F / 0.0F)";
  return float_text(value) + "F";
}

std::string literal(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min()) return "(-9223372036854775807LL - 1)";
  if (value == std::numeric_limits<int32_t>::min()) return "(-2147483647 - 1)";
  const bool wide =
      value > std::numeric_limits<int32_t>::max() || value < std::numeric_limits<int32_t>::min();
  return fmt::format("{}{}", value, wide ? "LL" : "");
}

}  // namespace mote::codegen
