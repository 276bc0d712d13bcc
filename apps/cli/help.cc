#include <fmt/ranges.h>

#include "apps/cli/parser.h"
#include "mote/base/error.h"

namespace mote::cli {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kHelpColumn = 30;

// Words of `text` in lines of at most kWidth columns, each after the first indented.
std::string wrapped(std::string_view text, size_t first_column, size_t indent) {
  std::string result;
  size_t column = first_column;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > indent && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string spelled(const Option& option) {
  return option.value.empty() ? option.name : option.name + " " + option.value;
}

std::string explained(const Option& option) {
  std::string text = option.help;
  if (!option.choices.empty()) text += fmt::format(": {}", fmt::join(option.choices, ", "));
  if (!option.default_text.empty()) text += fmt::format(" (default {})", option.default_text);
  if (option.repeatable) text += "; may be repeated";
  return text;
}

std::string usage(Command& command, const std::vector<OptionGroup>& groups) {
  std::string line = fmt::format("mote {}", command.info().name);
  bool has_optional = false;
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) {
      if (option.required) {
        line += " " + spelled(option);
      } else {
        has_optional = true;
      }
    }
  }
  return has_optional ? line + " [options]" : line;
}

std::string paragraphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    result += wrapped(text.substr(0, end), 0, 0) + "\n\n";
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return result;
}

}  // namespace

std::string command_help(Command& command) {
  const CommandInfo info = command.info();
  const std::vector<OptionGroup> groups = command.options();
  std::string text = fmt::format("Usage: {}\n\n", usage(command, groups));
  text += paragraphs(info.description);
  for (const Example& example : info.examples) {
    text += fmt::format("  # {}\n  mote {}\n\n", example.what, example.line);
  }
  for (const OptionGroup& group : groups) {
    if (group.options.empty()) continue;
    text += group.title + ":\n";
    for (const Option& option : group.options) {
      std::string line = "  " + spelled(option);
      line += line.size() + 2 > kHelpColumn ? "\n" + std::string(kHelpColumn, ' ')
                                            : std::string(kHelpColumn - line.size(), ' ');
      text += line + wrapped(explained(option), kHelpColumn, kHelpColumn) + "\n";
    }
    text += "\n";
  }
  text.pop_back();
  return text;
}

std::string program_help(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string text =
      "mote makes trained neural networks small enough for the device they must run on, and "
      "proves\n"
      "what it cost.\n\nUsage: mote COMMAND [options]\n\n";
  TextTable table({{}, {}});
  for (const auto& command : commands) {
    table.add({"  " + std::string(command->info().name), std::string(command->info().summary)});
  }
  text += table.text();
  text += "\n'mote COMMAND --help' explains a command and shows examples.\n\nExit codes:\n";
  TextTable codes({{.title = "", .align = TextTable::Align::kRight}, {}});
  codes.add({"     0", "success"});
  for (const ErrorKindInfo& kind : error_kinds()) {
    codes.add({std::to_string(kind.exit_code), std::string(kind.meaning)});
  }
  return text + codes.text();
}

std::string reference_page(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string page =
      "# Command line\n\n"
      "Written by `tools/dev pages` from the program's own tables; a test holds it to them.\n\n"
      "Results go to standard output, everything else to standard error. With `--json` the result "
      "is one "
      "JSON object.\n\n| command | what it does |\n|---|---|\n";
  for (const auto& command : commands) {
    page +=
        fmt::format("| [{0}](#mote-{0}) | {1} |\n", command->info().name, command->info().summary);
  }
  page += "\n## Exit codes\n\n| code | kind | meaning |\n|---|---|---|\n| 0 | | success |\n";
  for (const ErrorKindInfo& kind : error_kinds()) {
    page += fmt::format("| {} | {} | {} |\n", kind.exit_code, kind.name, kind.meaning);
  }
  for (const auto& command : commands) {
    const CommandInfo info = command->info();
    const std::vector<OptionGroup> groups = command->options();
    page += fmt::format("\n## mote {}\n\n    {}\n\n{}", info.name, usage(*command, groups),
                        paragraphs(info.description));
    page += "```sh\n";
    for (const Example& example : info.examples) {
      page += fmt::format("# {}\nmote {}\n", example.what, example.line);
    }
    page += "```\n";
    for (const OptionGroup& group : groups) {
      if (group.options.empty()) continue;
      page += fmt::format("\n| {} | |\n|---|---|\n", group.title);
      for (const Option& option : group.options) {
        page += fmt::format("| `{}` | {} |\n", spelled(option), explained(option));
      }
    }
  }
  return page;
}

}  // namespace mote::cli
