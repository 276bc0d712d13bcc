#include "apps/cli/commands.h"

namespace mote::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(quantize_command());
  commands.push_back(convert_command());
  commands.push_back(evaluate_command());
  commands.push_back(compare_command());
  commands.push_back(inspect_command());
  commands.push_back(optimize_command());
  commands.push_back(bench_command());
  commands.push_back(explain_command());
  commands.push_back(codegen_command());
  commands.push_back(device_test_command());
  commands.push_back(run_command());
  commands.push_back(data_command());
  commands.push_back(version_command());
  return commands;
}

}  // namespace mote::cli
