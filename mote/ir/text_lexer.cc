#include "mote/ir/text_lexer.h"

#include <algorithm>

#include "mote/base/number_text.h"

namespace mote {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '/' || c == '-';
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

bool is_bare_name(std::string_view name) {
  return !name.empty() && name != "_" && std::all_of(name.begin(), name.end(), is_name_character);
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

void TextLexer::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at_;
    } else {
      return;
    }
  }
}

bool TextLexer::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool TextLexer::accept(std::string_view token) {
  skip_space();
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}

void TextLexer::expect(std::string_view token) {
  if (!accept(token)) fail("expected '{}'", token);
}

std::string_view TextLexer::peek_word() {
  skip_space();
  size_t end = at_;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool TextLexer::accept_word(std::string_view word) {
  if (peek_word() != word) return false;
  at_ += word.size();
  return true;
}

bool TextLexer::next_is_quoted() {
  skip_space();
  return at_ < text_.size() && text_[at_] == '"';
}

std::string TextLexer::name() {
  if (next_is_quoted()) return quoted();
  const std::string_view word = peek_word();
  if (word.empty()) fail("expected a name");
  at_ += word.size();
  return std::string(word);
}

std::string TextLexer::quoted() {
  expect("\"");
  std::string result;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] != '\\') {
      result += text_[at_++];
      continue;
    }
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.starts_with('"') || rest.starts_with('\\')) {
      result += rest[0];
      at_ += 2;
    } else if (rest.starts_with('x') && rest.size() >= 3 && hex_digit(rest[1]) &&
               hex_digit(rest[2])) {
      result += static_cast<char>(*hex_digit(rest[1]) * 16 + *hex_digit(rest[2]));
      at_ += 4;
    } else {
      fail("expected \\\\, \\\" or \\xhh (two lower-case hexadecimal digits)");
    }
  }
  if (at_ == text_.size()) fail("a string is not closed");
  ++at_;
  return result;
}

std::string_view TextLexer::number() {
  skip_space();
  size_t end = at_;
  while (end < text_.size() && (is_name_character(text_[end]) || text_[end] == '+')) ++end;
  const std::string_view word = text_.substr(at_, end - at_);
  if (!parse_double(word)) fail("expected a number");
  at_ = end;
  return word;
}

double TextLexer::real() { return *parse_double(number()); }

int64_t TextLexer::integer() {
  const size_t start = at_;
  const std::optional<int64_t> value = parse_int(number());
  if (!value) {
    at_ = start;
    fail("expected an integer of 64 bits");
  }
  return *value;
}

std::string TextLexer::position() {
  skip_space();
  const std::string_view before = text_.substr(0, at_);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return fmt::format("line {}, column {}", line, at_ - line_start + 1);
}

void TextLexer::fail_with(std::string message) {
  throw_error(ErrorKind::kInvalidModel, "{}: {}", position(), message);
}

}  // namespace mote
