// The program `mote`.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "apps/cli/commands.h"
#include "apps/cli/parser.h"
#include "mote/base/error.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace mote::cli {
namespace {

// The signal handler can reach nothing but a global.
CancelToken interrupted;

void on_interrupt(int signal) {
  interrupted.cancel();
  // A second one ends the program at once; files are written whole or not at all.
  std::signal(signal, SIG_DFL);
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument == "--help" || argument == "-h";
  });
}

Command& find_command(const std::vector<std::unique_ptr<Command>>& commands,
                      const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands) {
    if (command->info().name == name) return *command;
    names.emplace_back(command->info().name);
  }
  const std::string near = nearest_name(name, names);
  throw_error(ErrorKind::kInvalidArgument, "there is no command '{}'; {}'mote --help' lists them",
              name, near.empty() ? "" : fmt::format("did you mean '{}'? ", near));
}

// As one could type it again.
std::string command_text(const std::vector<std::string>& arguments) {
  std::string text = "mote";
  for (const std::string& argument : arguments) {
    const bool plain = argument.find_first_of(" \t\n'\"$&|;<>()*?") == std::string::npos;
    text += plain ? " " + argument : " '" + argument + "'";
  }
  return text;
}

void run_program(const std::vector<std::string>& arguments) {
  const std::vector<std::unique_ptr<Command>> commands = all_commands();
  Console console(&interrupted, command_text(arguments));
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    console.print(program_help(commands));
    return;
  }
  if (arguments[0] == "help") {
    console.print(arguments.size() == 1 ? program_help(commands)
                                        : command_help(find_command(commands, arguments[1])));
    return;
  }
  // Not a command for users: how docs/reference/cli.md is made.
  if (arguments[0] == "reference-page") {
    console.print(reference_page(commands));
    return;
  }
  Command& command = find_command(commands, arguments[0] == "--version" ? "version" : arguments[0]);
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (asks_for_help(rest)) {
    console.print(command_help(command));
    return;
  }
  const std::vector<OptionGroup> groups = command.options();
  parse_arguments(command.info().name, groups, rest);
  command.run(console);
}

int report(ErrorKind kind, const char* what) {
  std::fprintf(stderr, "mote: %s\n", what);
  return info(kind).exit_code;
}

int guarded_main(int argc, char** argv) {
  try {
    run_program(std::vector<std::string>(argv + 1, argv + argc));
    if (std::fflush(stdout) != 0)
      return report(ErrorKind::kIo, "standard output cannot be written");
    return 0;
  } catch (const Error& error) {
    return report(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    return report(ErrorKind::kIo, "out of memory; fewer --threads need less");
  } catch (const std::exception& error) {
    return report(ErrorKind::kInternal, error.what());
  }
}

// Weights of several forms of a network come and go: a freed tensor goes back to the system. Left
// alone, glibc learns from the largest tensor that was freed to keep all that are smaller.
void return_freed_memory() {
#ifdef M_MMAP_THRESHOLD
  constexpr int kSmallestTensor = 128 << 10;
  mallopt(M_MMAP_THRESHOLD, kSmallestTensor);
#endif
}

}  // namespace
}  // namespace mote::cli

int main(int argc, char** argv) {
  std::signal(SIGINT, mote::cli::on_interrupt);
  std::signal(SIGTERM, mote::cli::on_interrupt);
  // A limit on file sizes is then an error of the write that hits it.
  std::signal(SIGXFSZ, SIG_IGN);
  mote::cli::return_freed_memory();
  return mote::cli::guarded_main(argc, argv);
}
