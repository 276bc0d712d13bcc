#include "mote/device/emulator.h"

#include "mote/base/file.h"
#include "mote/device/build_firmware.h"
#include "mote/device/process.h"

namespace mote::device {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugin = "libmote_count.so";
constexpr const char* kRanges = "ranges.txt";
constexpr const char* kCounts = "counts.txt";

std::vector<std::string> command_of(const EmulatorRequest& request) {
  const BoardInfo& board = request.board;
  std::vector<std::string> words = {std::string(board.emulator.program), "-M",
                                    std::string(board.machine)};
  for (const std::string_view flag : board.emulator_flags) words.emplace_back(flag);
  for (const char* word :
       {"-display", "none", "-monitor", "none", "-serial", "null", "-kernel", kFirmware,
        "-semihosting-config", "enable=on,target=native", "-plugin"}) {
    words.emplace_back(word);
  }
  const fs::path plugin = request.plugin.empty() ? find_plugin() : request.plugin;
  words.push_back(
      fmt::format("{},ranges={},output={}", fs::absolute(plugin).string(), kRanges, kCounts));
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  return words;
}

}  // namespace

fs::path find_plugin() {
  std::error_code failure;  // no such link: not this system's way; the folders below do not exist
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  const fs::path beside = program.parent_path() / kPlugin;
  const fs::path installed =
      (program.parent_path() / ".." / MOTE_LIBRARY_FOLDER / "mote" / kPlugin).lexically_normal();
  for (const fs::path& place : {beside, installed}) {
    if (fs::exists(place, failure)) return place;
  }
  throw_error(ErrorKind::kIo,
              "the plugin that counts instructions is neither '{}' nor '{}'; it is built and "
              "installed with mote",
              beside.string(), installed.string());
}

std::string emulate(const EmulatorRequest& request, const Observer& observer) {
  const Tool& emulator = request.board.emulator;
  if (!has_program(emulator.program)) {
    throw_error(ErrorKind::kIo,
                "'{}' is not in PATH; it emulates {}: install the Debian package {}",
                emulator.program, request.board.processor, emulator.package);
  }
  write_file(request.folder / kRanges, std::string_view(request.ranges));
  const ProcessResult result = run_process({.arguments = command_of(request),
                                            .folder = request.folder,
                                            .limit_seconds = request.limit_seconds},
                                           observer);
  if (result.timed_out) {
    throw_error(
        ErrorKind::kInvalidArgument,
        "the firmware did not end within {} s; fewer --samples or a larger --timeout may help",
        request.limit_seconds);
  }
  if (result.exit_code != 0) {
    throw_error(ErrorKind::kInternal, "the firmware ended with status {} on {}: {}",
                result.exit_code, request.board.machine, result.output);
  }
  return read_text_file(request.folder / kCounts);
}

}  // namespace mote::device
