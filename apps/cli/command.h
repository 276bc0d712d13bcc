// A command of the program: what it is called, what it takes, what it does.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/console.h"
#include "apps/cli/option.h"

namespace mote::cli {

struct Example {
  std::string_view line;  ///< without the leading "mote "
  std::string_view what;
};

struct CommandInfo {
  std::string_view name;
  std::string_view summary;      ///< one clause, for the list of commands
  std::string_view description;  ///< a paragraph or two, for its help
  std::vector<Example> examples;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual CommandInfo info() const = 0;
  /// The options write into this object; it outlives them.
  virtual std::vector<OptionGroup> options() = 0;
  /// Called once, after the options were set. Errors are thrown.
  virtual void run(Console& console) = 0;
};

/// Every command, in the order help shows them.
std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace mote::cli
