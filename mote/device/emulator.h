// Runs a firmware under QEMU, with the counting plugin.
#pragma once

#include <filesystem>
#include <string>

#include "mote/base/progress.h"
#include "mote/device/board.h"

namespace mote::device {

struct EmulatorRequest {
  const BoardInfo& board;
  std::filesystem::path folder;  ///< has firmware.elf and the files it opens
  std::filesystem::path plugin;  ///< empty: find_plugin()
  std::string ranges;            ///< for the plugin
  double limit_seconds = 120.0;
  /// More of QEMU's arguments.
  std::vector<std::string> arguments = {};
};

/// Returns what the plugin wrote. Throws kIo when QEMU or the plugin is absent, kInternal with what
/// was on the console when the firmware ends with an error, kCancelled and, past the limit,
/// kInvalidArgument.
std::string emulate(const EmulatorRequest& request, const Observer& observer = {});

/// The plugin beside the running program or in its installation. Throws kIo naming both places.
std::filesystem::path find_plugin();

}  // namespace mote::device
