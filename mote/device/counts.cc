#include "mote/device/counts.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "mote/base/error.h"

namespace mote::device {
namespace {

bool is_layer(std::string_view symbol, const std::string& name) {
  const std::string prefix = name + "_layer_";
  if (!symbol.starts_with(prefix)) return false;
  symbol.remove_prefix(prefix.size());
  return !symbol.empty() &&
         std::ranges::all_of(symbol, [](char c) { return c >= '0' && c <= '9'; });
}

// Where the test itself runs, and where it goes on after the model returned.
bool is_harness(std::string_view symbol, const std::string& name) {
  return symbol == "main" || symbol == "stack_of_invoke" || symbol == name + "_selftest";
}

std::string_view kind_of(const std::string& symbol, const std::string& name) {
  if (is_layer(symbol, name)) return "enter";
  const bool opens =
      is_harness(symbol, name) || symbol == name + "_invoke" || symbol == name + "_invoke_layer";
  return opens ? "always" : "within";
}

}  // namespace

std::string count_ranges(const ElfFile& firmware, const std::string& name, bool thumb) {
  std::map<uint32_t, std::string> lines;  // of several names for an address, one
  for (const ElfSymbol& symbol : firmware.symbols) {
    if (symbol.kind != ElfSymbol::Kind::kFunction || !symbol.defined || symbol.size_bytes == 0) {
      continue;
    }
    const uint32_t start = thumb ? symbol.address & ~uint32_t{1} : symbol.address;
    lines[start] = fmt::format("{:x} {:x} {} {}\n", start, uint64_t{start} + symbol.size_bytes,
                               kind_of(symbol.name, name), symbol.name);
  }
  std::string text;
  for (const auto& [start, line] : lines) text += line;
  return text;
}

Counts parse_counts(std::string_view text) {
  Counts counts;
  std::istringstream lines{std::string(text)};
  std::string kind;
  while (lines >> kind) {
    std::string name;
    Count count;
    if (!(lines >> name >> count.instructions >> count.calls) ||
        (kind != "function" && kind != "region")) {
      throw_error(ErrorKind::kInternal, "the counting plugin wrote no counts: '{}'", text);
    }
    (kind == "function" ? counts.functions : counts.regions)[name] = count;
  }
  return counts;
}

}  // namespace mote::device
