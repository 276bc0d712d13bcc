// C source as tokens: just enough to find its top-level items and the names they use.
//
//   for (const Token& token : tokenize("int x = 1;  // one")) ...  // int, x, =, 1, ;, // one
//
// Tokens refer to the text; what stands between two tokens is white space. Line continuations count
// as white space.
#pragma once

#include <string_view>
#include <vector>

namespace mote::codegen {

struct Token {
  enum class Kind { kIdentifier, kNumber, kString, kComment, kPunctuation };
  Kind kind = Kind::kPunctuation;
  std::string_view text;

  bool is(std::string_view other) const { return text == other; }
  bool is_identifier() const { return kind == Kind::kIdentifier; }
};

std::vector<Token> tokenize(std::string_view text);

/// The first token of `rest`, which then starts behind it; an empty one at the end.
Token next_token(std::string_view& rest);

}  // namespace mote::codegen
