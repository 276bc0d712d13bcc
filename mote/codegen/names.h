// Names and literals of generated C.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mote/base/data_type.h"

namespace mote::codegen {

/// `text` as a C identifier in lower case: other characters become '_'; one that would start with a
/// digit, or is empty, gets "model_" in front.
std::string identifier(std::string_view text);
std::string upper(std::string_view text);

/// "int8_t"; half precision and bool are stored as uint16_t and uint8_t.
std::string_view c_type(DataType type);

/// `text` without what would end a comment.
std::string comment_text(std::string_view text);

std::string literal(float value);
std::string literal(int64_t value);

}  // namespace mote::codegen
