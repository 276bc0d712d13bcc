// Constants as C arrays.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mote/base/data_type.h"

namespace mote::codegen {

/// The elements of `bytes` as the inside of an initialiser, lines of at most 100 columns, indented
/// by two.
std::string print_elements(DataType type, std::span<const std::byte> bytes);

/// "static ATTRIBUTES const int8_t weights[3] = {\n  1, 2, 3,\n};\n". At least one element.
struct ArrayText {
  std::string_view name;
  std::string_view attributes = {};
};
std::string print_array(const ArrayText& array, DataType type, std::span<const std::byte> bytes);

/// Words side by side, broken into such lines.
class WrappedList {
 public:
  void add(std::string_view word);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  size_t column_ = 0;
};

}  // namespace mote::codegen
