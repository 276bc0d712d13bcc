#include "mote/codegen/c_items.h"

#include <algorithm>
#include <cctype>

#include "mote/base/error.h"
#include "mote/codegen/c_tokens.h"

namespace mote::codegen {
namespace {

bool is_macro_name(std::string_view name) {
  return std::ranges::none_of(name, [](unsigned char c) { return std::islower(c) != 0; });
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

// Up to and with the line's end, continuation lines included.
size_t directive_length(std::string_view text) {
  size_t end = 0;
  do {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  } while (end < text.size() && text.substr(0, end).ends_with("\\\n"));
  return end;
}

// Up to and with the #endif that belongs to the #if at 0.
size_t conditional_length(std::string_view text) {
  size_t end = 0;
  int depth = 0;
  do {
    const std::string_view line = first_line(text.substr(end));
    if (line.starts_with("#if")) ++depth;
    if (line.starts_with("#endif")) --depth;
    end = std::min(end + line.size() + 1, text.size());
  } while (depth > 0 && end < text.size());
  return end;
}

// How deep brackets of all kinds are open.
int depth_change(const Token& token) {
  if (token.is("(") || token.is("[") || token.is("{")) return 1;
  if (token.is(")") || token.is("]") || token.is("}")) return -1;
  return 0;
}

// The text of the declaration, definition or invocation at 0.
size_t code_length(std::string_view text) {
  std::string_view rest = text;
  const Token first = next_token(rest);
  const bool invocation =
      first.is_identifier() && is_macro_name(first.text) && rest.starts_with('(');
  int depth = 0;
  while (!rest.empty()) {
    const Token token = next_token(rest);
    depth += depth_change(token);
    const auto end = static_cast<size_t>(token.text.data() + token.text.size() - text.data());
    if (depth > 0) continue;
    if (token.is(";")) return end;
    if (token.is(")") && invocation) return end < text.size() && text[end] == ';' ? end + 1 : end;
    // A body ends the item; the brace of a type or of data is followed by its name or a semicolon.
    if (token.is("}") && (end >= text.size() || text[end] == '\n')) return end;
  }
  return text.size();
}

std::vector<Token> code_tokens(std::string_view text) {
  std::vector<Token> tokens = tokenize(text);
  std::erase_if(tokens, [](const Token& t) { return t.kind == Token::Kind::kComment; });
  return tokens;
}

// Enumerators, tags and the typedef's name.
void name_type(const std::vector<Token>& tokens, CItem& item) {
  int depth = 0;
  bool in_enum = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool tag = i > 0 && (tokens[i - 1].is("struct") || tokens[i - 1].is("enum"));
    if (tokens[i].is("enum") && depth == 0) in_enum = true;
    if (tokens[i].is_identifier()) {
      const bool enumerator =
          in_enum && depth == 1 && (tokens[i - 1].is("{") || tokens[i - 1].is(","));
      const bool last = depth == 0 && i + 1 < tokens.size() && tokens[i + 1].is(";");
      if (enumerator || last || (tag && depth == 0)) item.names.emplace_back(tokens[i].text);
    }
    depth += depth_change(tokens[i]);
  }
}

// The name of a function or of data: before the first '(', '[', '=' or ';'.
void name_object(const std::vector<Token>& tokens, CItem& item) {
  for (size_t i = 1; i < tokens.size(); ++i) {
    const Token& t = tokens[i];
    if (!t.is("(") && !t.is("[") && !t.is("=") && !t.is(";")) continue;
    if (tokens[i - 1].is_identifier()) item.names.emplace_back(tokens[i - 1].text);
    const bool declares_function = t.is("(");
    const bool has_body = tokens.back().is("}");
    const bool has_content = std::ranges::any_of(tokens, [](const Token& u) { return u.is("="); });
    item.kind = declares_function ? (has_body ? CItem::Kind::kFunction : CItem::Kind::kDeclaration)
                : has_content     ? CItem::Kind::kData
                                  : CItem::Kind::kDeclaration;
    return;
  }
}

void classify(CItem& item) {
  const std::vector<Token> tokens = code_tokens(item.text);
  if (tokens.empty()) return;
  for (const Token& token : tokens) {
    if (!token.is_identifier()) break;
    if (token.is("static")) item.is_static = true;
  }
  const bool opens_type = tokens[0].is("struct") || tokens[0].is("enum") || tokens[0].is("union");
  const bool has_braces = std::ranges::any_of(tokens, [](const Token& t) { return t.is("{"); });
  const bool has_parameters = std::ranges::any_of(tokens, [](const Token& t) { return t.is("("); });
  if (tokens[0].is("typedef") || (opens_type && has_braces && !has_parameters)) {
    item.kind = CItem::Kind::kType;
    name_type(tokens, item);
  } else if (tokens.size() > 1 && tokens[1].is("(") && is_macro_name(tokens[0].text)) {
    item.kind = CItem::Kind::kInvocation;
  } else {
    name_object(tokens, item);
  }
}

CItem macro_item(std::string_view text) {
  CItem item{.kind = CItem::Kind::kMacro, .text = std::string(text)};
  item.names.emplace_back(tokenize(text).at(2).text);  // '#', "define", the name
  return item;
}

std::string_view without_newline(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  CFile run() {
    while (!rest_.empty()) step();
    return std::move(file_);
  }

 private:
  std::string_view take(size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  void add(CItem item) {
    item.comment = std::move(comment_);
    comment_.clear();
    file_.items.push_back(std::move(item));
  }

  void step() {
    if (rest_.starts_with('\n')) {
      take(1);
      comment_.clear();  // a comment with a blank line after it belongs to no item
    } else if (rest_.starts_with("//")) {
      comment_ += take(first_line(rest_).size() + 1);
    } else if (rest_.starts_with('#')) {
      directive();
    } else {
      CItem item{.text = std::string(take(code_length(rest_)))};
      classify(item);
      take(first_line(rest_).size() + 1);  // a comment behind it
      add(std::move(item));
    }
  }

  void directive() {
    if (rest_.starts_with("#if")) {
      conditional(take(conditional_length(rest_)));
      return;
    }
    const std::string_view line = without_newline(take(directive_length(rest_)));
    if (line.starts_with("#include <")) {
      file_.system_includes.emplace_back(line.substr(line.find('<')));
    } else if (line.starts_with("#define")) {
      add(macro_item(line));
    }
    comment_.clear();
  }

  void conditional(std::string_view text) {
    if (text.starts_with("#ifdef __cplusplus")) return;
    CItem item{.kind = CItem::Kind::kConditional, .text = std::string(without_newline(text))};
    std::string inside;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, directive_length(rest));
      if (!line.starts_with("#") || line.starts_with("#define")) inside += line;
      rest.remove_prefix(line.size());
    }
    for (const CItem& inner : parse_c(inside).items) {
      item.names.insert(item.names.end(), inner.names.begin(), inner.names.end());
    }
    add(std::move(item));
  }

  std::string_view rest_;
  std::string comment_;
  CFile file_;
};

// The arguments of "NAME(a, b)", trimmed.
std::vector<std::string_view> arguments_of(std::string_view invocation) {
  std::vector<std::string_view> arguments;
  const size_t open = invocation.find('(');
  const size_t close = invocation.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos) return arguments;
  const std::string_view inside = invocation.substr(open + 1, close - open - 1);
  const auto add = [&](std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
      text.remove_prefix(1);
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
      text.remove_suffix(1);
    }
    arguments.push_back(text);
  };
  int depth = 0;
  size_t start = 0;
  for (const Token& token : tokenize(inside)) {
    if (token.is("(")) ++depth;
    if (token.is(")")) --depth;
    if (!token.is(",") || depth > 0) continue;
    const auto at = static_cast<size_t>(token.text.data() - inside.data());
    add(inside.substr(start, at - start));
    start = at + 1;
  }
  add(inside.substr(start));
  return arguments;
}

// A macro's body without continuations, its lines moved left by the two columns clang-format
// indents them with.
std::string body_text(std::string_view body) {
  std::string text;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.ends_with('\\')) line.remove_suffix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (line.starts_with("  ")) line.remove_prefix(2);
    text += line;
    text += '\n';
  }
  return text.substr(std::min(text.find_first_not_of(" \n"), text.size()));
}

constexpr size_t kColumns = 100;

// Lines that an expansion made too long, broken behind commas.
std::string wrapped(std::string_view text) {
  std::string result;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = first_line(rest);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    while (line.size() > kColumns) {
      const size_t comma = line.rfind(", ", kColumns - 1);
      if (comma == std::string_view::npos || comma <= indent) break;
      result += line.substr(0, comma + 1);
      result += '\n' + std::string(indent + 4, ' ');
      line.remove_prefix(comma + 2);
    }
    result += line;
    result += '\n';
  }
  return result;
}

}  // namespace

CFile parse_c(std::string_view text) { return Parser(text).run(); }

std::vector<std::string> used_names(std::string_view text) {
  std::vector<std::string> names;
  std::string_view before;
  for (const Token& token : code_tokens(text)) {
    if (token.is_identifier() && before != "." && before != "->") names.emplace_back(token.text);
    before = token.text;
  }
  return names;
}

std::string expand(const CItem& macro, std::string_view invocation) {
  const std::string_view text = macro.text;
  const size_t open = text.find('(');
  const size_t close = text.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  const std::vector<std::string_view> parameters = arguments_of(text.substr(0, close + 1));
  const std::vector<std::string_view> arguments = arguments_of(invocation);
  if (parameters.size() != arguments.size()) return {};
  std::vector<Renaming> renamings;
  for (size_t i = 0; i < parameters.size(); ++i) {
    renamings.push_back({std::string(parameters[i]), std::string(arguments[i])});
  }
  std::string result = rename(body_text(text.substr(close + 1)), renamings);
  for (size_t at = 0; (at = result.find("##")) != std::string::npos;) result.erase(at, 2);
  return wrapped(result);
}

std::string rename(std::string_view text, const std::vector<Renaming>& renamings) {
  std::string result;
  const char* done = text.data();
  for (const Token& token : tokenize(text)) {
    const auto found = std::ranges::find(renamings, token.text, &Renaming::from);
    if (!token.is_identifier() || found == renamings.end()) continue;
    result.append(done, token.text.data());
    result += found->to;
    done = token.text.data() + token.text.size();
  }
  return result.append(done, text.data() + text.size());
}

}  // namespace mote::codegen
