// Numbers as text that reads back to the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mote {

/// Shortest decimal that parses back to the same value, always with '.', 'e', "inf" or "nan", so
/// that it never reads as an integer: 1 -> "1.0", 1e-12f -> "1e-12".
std::string float_text(float value);
std::string float_text(double value);
/// Parses the whole of `text`; nothing when it is not a number.
std::optional<double> parse_double(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text);

}  // namespace mote
