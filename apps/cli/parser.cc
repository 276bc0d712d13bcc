#include "apps/cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "mote/base/error.h"

namespace mote::cli {
namespace {

// Levenshtein distance: insertions, deletions and replacements of one character.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

void refuse_unknown(std::string_view command, const std::vector<OptionGroup>& groups,
                    const std::string& word) {
  std::vector<std::string> known;
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) {
      if (!option.is_operand()) known.push_back(option.name);
    }
  }
  if (!word.starts_with("-")) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}' is one operand too many; 'mote {} --help' shows what is taken", word,
                command);
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string near = nearest_name(name, known);
  throw_error(ErrorKind::kInvalidArgument,
              "unknown option '{}'; {}'mote {} --help' lists the options", name,
              near.empty() ? "" : fmt::format("did you mean '{}'? ", near), command);
}

void add_option(CLI::App& app, const Option& option) {
  const auto apply = [&option](const std::string& text) {
    with_context([&] { return option.name; }, [&] { option.set(text); });
  };
  if (option.is_switch()) {
    app.add_flag_callback(option.name, [apply] { apply(""); });
    return;
  }
  CLI::Option* added = app.add_option_function<std::vector<std::string>>(
      option.name, [apply, &option](const std::vector<std::string>& texts) {
        if (texts.size() > 1 && !option.repeatable) {
          throw_error(ErrorKind::kInvalidArgument, "{} is given {} times", option.name,
                      texts.size());
        }
        for (const std::string& text : texts) apply(text);
      });
  added->type_name(option.value)->type_size(1)->expected(1)->allow_extra_args(false);
  added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& known) {
  // A name further away than a third of the word is not what was meant.
  size_t best = word.size() / 3 + 1;
  std::string nearest;
  for (const std::string& name : known) {
    const bool begins = word.size() >= 5 && name.starts_with(word);
    const size_t distance = begins ? 1 : edit_distance(word, name);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

void parse_arguments(std::string_view command, const std::vector<OptionGroup>& groups,
                     const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) add_option(app, option);
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw_error(ErrorKind::kInvalidArgument, "{}; 'mote {} --help' shows what is taken",
                error.what(), command);
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) refuse_unknown(command, groups, extras.front());
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) {
      if (option.required && app.count(option.name) == 0) {
        throw_error(ErrorKind::kInvalidArgument,
                    "{} is missing: {}; 'mote {} --help' shows an example", option.name,
                    option.help, command);
      }
    }
  }
}

}  // namespace mote::cli
