#include "mote/data/toml_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <sstream>

#include "mote/base/file.h"
#include "mote/base/number_text.h"

namespace mote::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The parts of "a,b,c".
std::vector<std::string_view> comma_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t comma = text.find(',');
    parts.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::optional<double> parse_fraction(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<double> numerator = parse_double(trimmed(text.substr(0, slash)));
  if (slash == std::string_view::npos || !numerator) return numerator;
  const std::optional<double> denominator = parse_double(trimmed(text.substr(slash + 1)));
  if (!denominator || *denominator == 0.0) return std::nullopt;
  return *numerator / *denominator;
}

std::string node_text(const toml::node& node) {
  std::ostringstream stream;
  node.visit([&](const auto& value) { stream << value; });
  return stream.str();
}

}  // namespace

void TomlReader::fail(std::string_view key, std::string_view found,
                      std::string_view allowed) const {
  throw_error(ErrorKind::kInvalidArgument, "{}: '{}' is {}; allowed: {}", where_, key, found,
              allowed);
}

const toml::node* TomlReader::find(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

bool TomlReader::has(std::string_view key) { return find(key) != nullptr; }

std::string TomlReader::text(std::string_view key, std::string_view fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::string(fallback);
  const auto value = node->value<std::string>();
  if (!value) fail(key, node_text(*node), "a text in quotes");
  return *value;
}

double TomlReader::to_number(std::string_view key, const toml::node& node) const {
  std::optional<double> value = node.value<double>();
  if (const auto text = node.value<std::string>(); text && !value) value = parse_fraction(*text);
  if (!value || !std::isfinite(*value)) {
    fail(key, node_text(node), "finite numbers, or a fraction such as \"1/255\"");
  }
  return *value;
}

int64_t TomlReader::to_integer(std::string_view key, const toml::node& node,
                               std::pair<int64_t, int64_t> range) const {
  std::optional<int64_t> value = node.value<int64_t>();
  if (const auto text = node.value<std::string>(); text && !value)
    value = parse_int(trimmed(*text));
  if (!value || *value < range.first || *value > range.second) {
    fail(key, node_text(node), fmt::format("whole numbers {}..{}", range.first, range.second));
  }
  return *value;
}

int64_t TomlReader::integer(std::string_view key, int64_t fallback,
                            std::pair<int64_t, int64_t> range) {
  const toml::node* node = find(key);
  return node == nullptr ? fallback : to_integer(key, *node, range);
}

double TomlReader::number(std::string_view key, double fallback) {
  const toml::node* node = find(key);
  return node == nullptr ? fallback : to_number(key, *node);
}

bool TomlReader::boolean(std::string_view key, bool fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  if (const auto value = node->value<bool>()) return *value;
  const auto text = node->value<std::string>();
  if (text == "true") return true;
  if (text != "false") fail(key, node_text(*node), "true, false");
  return false;
}

std::vector<double> TomlReader::numbers(std::string_view key) {
  const toml::node* node = find(key);
  std::vector<double> values;
  if (node == nullptr) return values;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& element : *array) values.push_back(to_number(key, element));
  } else if (const auto text = node->value<std::string>()) {
    for (std::string_view part : comma_parts(*text)) {
      values.push_back(to_number(key, toml::value<std::string>(std::string(part))));
    }
  } else {
    values.push_back(to_number(key, *node));
  }
  return values;
}

std::vector<int64_t> TomlReader::integers(std::string_view key, std::pair<int64_t, int64_t> range) {
  const toml::node* node = find(key);
  std::vector<int64_t> values;
  if (node == nullptr) return values;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& element : *array) values.push_back(to_integer(key, element, range));
  } else if (const auto text = node->value<std::string>()) {
    for (std::string_view part : comma_parts(*text)) {
      values.push_back(to_integer(key, toml::value<std::string>(std::string(part)), range));
    }
  } else {
    values.push_back(to_integer(key, *node, range));
  }
  return values;
}

std::vector<std::string> TomlReader::texts(std::string_view key) {
  const toml::node* node = find(key);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  const toml::array* array = node->as_array();
  if (array == nullptr) return {text(key)};
  for (const toml::node& element : *array) {
    const auto value = element.value<std::string>();
    if (!value) fail(key, node_text(element), "texts in quotes");
    values.push_back(*value);
  }
  return values;
}

void TomlReader::finish() const {
  for (const auto& [key, node] : table_) {
    if (asked_.contains(key.str())) continue;
    throw_error(ErrorKind::kInvalidArgument, "{}: unknown key '{}'; allowed: {}", where_, key.str(),
                fmt::join(asked_, ", "));
  }
}

toml::table read_toml(const std::string& path) { return parse_toml(read_text_file(path), path); }

toml::table parse_toml(std::string_view text, const std::string& where) {
  try {
    return toml::parse(text, where);
  } catch (const toml::parse_error& error) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' line {}: {}", where, error.source().begin.line,
                error.description());
  }
}

void merge_toml(toml::table& to, const toml::table& from) {
  for (const auto& [key, node] : from) {
    toml::table* inner = to[key].as_table();
    if (inner != nullptr && node.is_table()) {
      merge_toml(*inner, *node.as_table());
    } else {
      node.visit([&, &name = key](const auto& value) { to.insert_or_assign(name, value); });
    }
  }
}

}  // namespace mote::data
