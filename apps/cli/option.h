// An option of a command, as data: parsing, help and the reference page come from it.
//
//   std::string path;
//   std::vector<Option> options = {
//       text_option("--data", "PATH", "dataset to count on", &path),
//       choice_option("--numerics", "whose rounding", &numerics)};
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/error.h"

namespace mote::cli {

struct Option {
  std::string name;   ///< "--data", or a word in capitals for an operand: "MODEL"
  std::string value;  ///< what stands behind it in help ("PATH"); empty for a switch
  std::string help;   ///< one clause, no full stop
  /// Gets the text given; a switch gets "". Throws kInvalidArgument saying what is allowed; the
  /// caller adds which option it was.
  std::function<void(const std::string& text)> set;
  std::vector<std::string> choices = {};
  std::string default_text = {};  ///< shown in help
  bool required = false;
  bool repeatable = false;

  bool is_operand() const { return !name.starts_with("-"); }
  bool is_switch() const { return !is_operand() && value.empty(); }
};

struct OptionGroup {
  std::string title;
  std::vector<Option> options;
};

Option text_option(std::string name, std::string value, std::string help, std::string* target);
Option path_option(std::string name, std::string value, std::string help,
                   std::filesystem::path* target);
Option switch_option(std::string name, std::string help, bool* target);
/// An integer in [low, high].
struct IntegerBounds {
  int64_t low = 0;
  int64_t high = 0;
};
Option integer_option(std::string name, std::string help, int64_t* target, IntegerBounds bounds);
/// A finite number.
Option number_option(std::string name, std::string value, std::string help,
                     std::function<void(double)> set);
/// Given any number of times.
Option list_option(std::string name, std::string value, std::string help,
                   std::vector<std::string>* target);

Option required(Option option);
Option with_default(Option option, std::string text);

/// One of an enum's names; '_' in a name is written '-'.
template <class Enum>
Option choice_option(std::string name, std::string help, Enum* target);

std::string option_spelling(std::string_view enum_name);
[[noreturn]] void throw_not_a_choice(const std::string& text,
                                     const std::vector<std::string>& choices);

template <class Enum>
Option choice_option(std::string option_name, std::string help, Enum* target) {
  Option option{.name = std::move(option_name), .value = "NAME", .help = std::move(help)};
  for (const Enum value : enum_values(Enum{}))
    option.choices.push_back(option_spelling(name(value)));
  option.default_text = option_spelling(name(*target));
  option.set = [target, choices = option.choices](const std::string& text) {
    for (const Enum value : enum_values(Enum{})) {
      if (option_spelling(name(value)) == text) {
        *target = value;
        return;
      }
    }
    throw_not_a_choice(text, choices);
  };
  return option;
}

}  // namespace mote::cli
