#include "mote/base/number_text.h"

#include <array>
#include <charconv>

namespace mote {
namespace {

template <class T>
std::string shortest(T value) {
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), result.ptr);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string float_text(float value) { return shortest(value); }
std::string float_text(double value) { return shortest(value); }

std::optional<double> parse_double(std::string_view text) { return parse_whole<double>(text); }
std::optional<int64_t> parse_int(std::string_view text) { return parse_whole<int64_t>(text); }

}  // namespace mote
