// Other programs: found in PATH, run in a folder, ended after a time.
//
//   const ProcessResult result = run_process({.arguments = {"arm-none-eabi-gcc", "-c", "x.c"},
//                                             .folder = work});
//   if (result.exit_code != 0) throw_error(ErrorKind::kInternal, "{}", result.output);
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mote/base/progress.h"

namespace mote::device {

struct ProcessRequest {
  std::vector<std::string> arguments;  ///< the program first
  std::filesystem::path folder;        ///< where it runs
  double limit_seconds = 60.0;
};

struct ProcessResult {
  int exit_code = 0;  ///< 128 + the signal that ended it
  bool timed_out = false;
  std::string output;  ///< standard output and error as they came; of a flood, its beginning
};

/// Throws kIo when the program cannot be started, kCancelled when the observer says so.
ProcessResult run_process(const ProcessRequest& request, const Observer& observer = {});

/// Whether PATH has it.
bool has_program(std::string_view program);

/// A folder of its own for the object's life.
class WorkFolder {
 public:
  /// Throws kIo.
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mote::device
