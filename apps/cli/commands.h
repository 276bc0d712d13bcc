// The commands, each in the file of its name.
#pragma once

#include <memory>

#include "apps/cli/command.h"

namespace mote::cli {

std::unique_ptr<Command> bench_command();
std::unique_ptr<Command> codegen_command();
std::unique_ptr<Command> compare_command();
std::unique_ptr<Command> convert_command();
std::unique_ptr<Command> data_command();
std::unique_ptr<Command> device_test_command();
std::unique_ptr<Command> evaluate_command();
std::unique_ptr<Command> explain_command();
std::unique_ptr<Command> inspect_command();
std::unique_ptr<Command> optimize_command();
std::unique_ptr<Command> quantize_command();
std::unique_ptr<Command> run_command();
std::unique_ptr<Command> version_command();

}  // namespace mote::cli
