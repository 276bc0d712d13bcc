#include "apps/cli/option.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "mote/base/number_text.h"

namespace mote::cli {

Option text_option(std::string name, std::string value, std::string help, std::string* target) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .set = [target](const std::string& text) { *target = text; }};
}

Option path_option(std::string name, std::string value, std::string help,
                   std::filesystem::path* target) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .set = [target](const std::string& text) {
            if (text.empty()) throw_error(ErrorKind::kInvalidArgument, "the path is empty");
            *target = text;
          }};
}

Option switch_option(std::string name, std::string help, bool* target) {
  return {.name = std::move(name),
          .value = {},
          .help = std::move(help),
          .set = [target](const std::string&) { *target = true; }};
}

Option integer_option(std::string name, std::string help, int64_t* target, IntegerBounds bounds) {
  return {.name = std::move(name),
          .value = "N",
          .help = std::move(help),
          .set = [target, bounds](const std::string& text) {
            const std::optional<int64_t> number = parse_int(text);
            if (!number || *number < bounds.low || *number > bounds.high) {
              throw_error(ErrorKind::kInvalidArgument, "'{}' is not a whole number from {} to {}",
                          text, bounds.low, bounds.high);
            }
            *target = *number;
          }};
}

Option number_option(std::string name, std::string value, std::string help,
                     std::function<void(double)> set) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .set = [set = std::move(set)](const std::string& text) {
            const std::optional<double> number = parse_double(text);
            if (!number || !std::isfinite(*number)) {
              throw_error(ErrorKind::kInvalidArgument, "'{}' is not a number", text);
            }
            set(*number);
          }};
}

Option list_option(std::string name, std::string value, std::string help,
                   std::vector<std::string>* target) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .set = [target](const std::string& text) { target->push_back(text); },
          .repeatable = true};
}

Option required(Option option) {
  option.required = true;
  return option;
}

Option with_default(Option option, std::string text) {
  option.default_text = std::move(text);
  return option;
}

std::string option_spelling(std::string_view enum_name) {
  std::string text(enum_name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

void throw_not_a_choice(const std::string& text, const std::vector<std::string>& choices) {
  throw_error(ErrorKind::kInvalidArgument, "'{}' is not one of {}", text, fmt::join(choices, ", "));
}

}  // namespace mote::cli
