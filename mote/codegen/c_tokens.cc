#include "mote/codegen/c_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mote::codegen {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool continues_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The end of a string or character literal that starts at 0.
size_t quoted_length(std::string_view text) {
  size_t i = 1;
  while (i < text.size() && text[i] != text[0]) i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

size_t comment_length(std::string_view text) {
  if (text.starts_with("//")) return std::min(text.find('\n'), text.size());
  if (!text.starts_with("/*")) return 0;
  const size_t end = text.find("*/", 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

size_t number_length(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && (continues_name(text[i]) || text[i] == '.' ||
                             ((text[i] == '+' || text[i] == '-') && i > 0 &&
                              (text[i - 1] == 'e' || text[i - 1] == 'E' || text[i - 1] == 'p') &&
                              !text.starts_with("0x")))) {
    ++i;
  }
  return i;
}

// Punctuation that must not be taken apart here.
size_t punctuation_length(std::string_view text) {
  constexpr std::array<std::string_view, 3> kLong = {"->", "##", "..."};
  for (const std::string_view p : kLong) {
    if (text.starts_with(p)) return p.size();
  }
  return 1;
}

Token token_at(std::string_view text) {
  const char c = text[0];
  if (const size_t length = comment_length(text); length > 0) {
    return {Token::Kind::kComment, text.substr(0, length)};
  }
  if (starts_name(c)) {
    const size_t length =
        static_cast<size_t>(std::ranges::find_if_not(text, continues_name) - text.begin());
    return {Token::Kind::kIdentifier, text.substr(0, length)};
  }
  if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
    return {Token::Kind::kNumber, text.substr(0, number_length(text))};
  }
  if (c == '"' || c == '\'') return {Token::Kind::kString, text.substr(0, quoted_length(text))};
  return {Token::Kind::kPunctuation, text.substr(0, punctuation_length(text))};
}

}  // namespace

Token next_token(std::string_view& rest) {
  while (!rest.empty()) {
    const bool continuation = rest.starts_with("\\\n");
    if (!continuation && std::isspace(static_cast<unsigned char>(rest[0])) == 0) break;
    rest.remove_prefix(continuation ? 2 : 1);
  }
  if (rest.empty()) return {.text = rest};
  const Token token = token_at(rest);
  rest.remove_prefix(token.text.size());
  return token;
}

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  for (Token token = next_token(text); !token.text.empty(); token = next_token(text)) {
    tokens.push_back(token);
  }
  return tokens;
}

}  // namespace mote::codegen
