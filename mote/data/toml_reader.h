// Reads typed values out of one table of a TOML file and notices keys that nobody asked for.
#pragma once

#include <toml++/toml.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mote/base/error.h"

namespace mote::data {

/// Every value may also be given as text ("1/255", "0.5,0.5"), as it comes from a command line.
class TomlReader {
 public:
  /// `where` stands in messages: "'vww01.toml' [preprocess]".
  TomlReader(const toml::table& table, std::string where)
      : table_(table), where_(std::move(where)) {}

  bool has(std::string_view key);
  std::string text(std::string_view key, std::string_view fallback = {});
  int64_t integer(std::string_view key, int64_t fallback, std::pair<int64_t, int64_t> range);
  /// A number, or a fraction "a/b".
  double number(std::string_view key, double fallback);
  bool boolean(std::string_view key, bool fallback);
  /// One number, or a list of them.
  std::vector<double> numbers(std::string_view key);
  std::vector<int64_t> integers(std::string_view key, std::pair<int64_t, int64_t> range);
  std::vector<std::string> texts(std::string_view key);

  /// The value named by the text behind `key`, from a table of names.
  template <class T, size_t N>
  T choice(std::string_view key, T fallback,
           const std::array<std::pair<std::string_view, T>, N>& names) {
    if (!has(key)) return fallback;
    const std::string found = text(key);
    std::string allowed;
    for (const auto& [name, value] : names) {
      if (name == found) return value;
      allowed += allowed.empty() ? "" : ", ";
      allowed += name;
    }
    fail(key, found, allowed);
  }

  /// Throws when the table has a key that was never asked for.
  void finish() const;
  [[noreturn]] void fail(std::string_view key, std::string_view found,
                         std::string_view allowed) const;

 private:
  const toml::node* find(std::string_view key);
  double to_number(std::string_view key, const toml::node& node) const;
  int64_t to_integer(std::string_view key, const toml::node& node,
                     std::pair<int64_t, int64_t> range) const;

  const toml::table& table_;
  std::string where_;
  std::set<std::string, std::less<>> asked_;
};

/// Parses a file; throws kIo or kInvalidArgument with the line.
toml::table read_toml(const std::string& path);
/// The same for text that is there already; `where` stands in messages.
toml::table parse_toml(std::string_view text, const std::string& where);

/// Copies the entries of `from` over those of `to`; tables are merged key by key.
void merge_toml(toml::table& to, const toml::table& from);

}  // namespace mote::data
