// Characters of the text form, with positions for messages. Used by text.cc only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mote/base/error.h"

namespace mote {

/// True for a name that needs no quotes.
bool is_bare_name(std::string_view name);
/// `text` in double quotes; backslash, quote and bytes outside 0x20..0x7e are escaped.
std::string quote(std::string_view text);

class TextLexer {
 public:
  explicit TextLexer(std::string_view text) : text_(text) {}

  bool at_end();
  /// Consumes `token` (punctuation) when it is next.
  bool accept(std::string_view token);
  void expect(std::string_view token);
  /// The next bare word, not consumed; empty when something else is next.
  std::string_view peek_word();
  bool accept_word(std::string_view word);
  /// A bare name or a quoted string.
  std::string name();
  std::string quoted();
  bool next_is_quoted();
  /// The characters of a number: digits, sign, point, exponent, inf, nan.
  std::string_view number();
  double real();
  int64_t integer();

  /// Throws kInvalidModel: "line 3, column 7: ...".
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
    fail_with(fmt::format(format, std::forward<Args>(args)...));
  }
  /// "line 3, column 7" of the next token.
  std::string position();

 private:
  [[noreturn]] void fail_with(std::string message);
  void skip_space();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace mote
