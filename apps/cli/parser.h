// Command lines, help and the reference page, all from the options of the commands.
#pragma once

#include <string>
#include <vector>

#include "apps/cli/command.h"

namespace mote::cli {

/// Sets the options of `groups` from `arguments`. Throws kInvalidArgument naming the option, the
/// value found and the values allowed, with the nearest name for an unknown one; `command` is for
/// messages.
void parse_arguments(std::string_view command, const std::vector<OptionGroup>& groups,
                     const std::vector<std::string>& arguments);

/// The names in `known` nearest to `word`, "" when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& known);

/// "Usage: mote evaluate MODEL --data PATH [options]", description, examples, options.
std::string command_help(Command& command);
/// The list of commands and exit codes.
std::string program_help(const std::vector<std::unique_ptr<Command>>& commands);
/// docs/reference/cli.md.
std::string reference_page(const std::vector<std::unique_ptr<Command>>& commands);

}  // namespace mote::cli
