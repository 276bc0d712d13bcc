// The top-level items of a C source: macros, types, declarations, functions and data.
//
//   const CFile file = parse_c("static int one(void) { return 1; }\n");
//   file.items[0].names;  // {"one"}
//
// Sources keep to the rules of MOTE_PRINTED (mote/kernels/kernel.h): items start in column 0 and a
// function's closing brace stands there, too. A line with a macro that defines functions is one
// item, an `#if` block that is not about C++ another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::codegen {

struct CItem {
  enum class Kind {
    kMacro,
    kType,         ///< typedef, struct, enum
    kFunction,     ///< with its body
    kData,         ///< with its content
    kDeclaration,  ///< of a function or of data that stand elsewhere
    kInvocation,   ///< of a macro that defines functions or data
    kConditional,  ///< #if ... #endif
  };
  Kind kind = Kind::kDeclaration;
  std::string comment;             ///< the lines before it; empty or with a final newline
  std::string text;                ///< without a final newline
  std::vector<std::string> names;  ///< that it defines or declares
  bool is_static = false;
};

struct CFile {
  std::vector<CItem> items;
  std::vector<std::string> system_includes;  ///< "<stdint.h>", outside of #if
};

CFile parse_c(std::string_view text);

/// The names an item uses, in order, members after '.' and '->' left out.
std::vector<std::string> used_names(std::string_view text);

/// The text that an invocation NAME(arguments) of `macro` stands for, on as many lines as the macro
/// has; "" when `macro` takes another number of arguments.
std::string expand(const CItem& macro, std::string_view invocation);

/// `text` with identifiers replaced: `to` of each for `from`.
struct Renaming {
  std::string from;
  std::string to;
};
std::string rename(std::string_view text, const std::vector<Renaming>& renamings);

}  // namespace mote::codegen
