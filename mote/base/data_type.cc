#include "mote/base/data_type.h"

#include <array>

namespace mote {
namespace {

enum class Class : uint8_t { kFloat, kSigned, kUnsigned, kBool };

struct Row {
  std::string_view name;
  size_t bytes;
  Class type_class;
};

// In enum order.
constexpr std::array<Row, 12> kRows = {{
    {"f32", 4, Class::kFloat},
    {"f16", 2, Class::kFloat},
    {"f64", 8, Class::kFloat},
    {"i8", 1, Class::kSigned},
    {"i16", 2, Class::kSigned},
    {"i32", 4, Class::kSigned},
    {"i64", 8, Class::kSigned},
    {"u8", 1, Class::kUnsigned},
    {"u16", 2, Class::kUnsigned},
    {"u32", 4, Class::kUnsigned},
    {"u64", 8, Class::kUnsigned},
    {"bool", 1, Class::kBool},
}};
static_assert(kRows.size() == static_cast<size_t>(DataType::kBool) + 1);

const Row& row(DataType type) { return kRows[static_cast<size_t>(type)]; }

}  // namespace

std::string_view name(DataType type) { return row(type).name; }

std::optional<DataType> data_type_from_name(std::string_view name) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<DataType>(i);
  }
  return std::nullopt;
}

size_t size_bytes(DataType type) { return row(type).bytes; }

bool is_float(DataType type) { return row(type).type_class == Class::kFloat; }

bool is_integer(DataType type) {
  return is_signed_integer(type) || row(type).type_class == Class::kUnsigned;
}

bool is_signed_integer(DataType type) { return row(type).type_class == Class::kSigned; }

}  // namespace mote
