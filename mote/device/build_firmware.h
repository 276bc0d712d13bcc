// From generated C to a firmware: our start-up, main and linker script around it, compiled and
// linked by the board's compiler without any library.
//
//   build_firmware({.sources = model, .board = info(Board::kM4), .folder = work});
//   // work/firmware.elf
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mote/base/progress.h"
#include "mote/codegen/codegen.h"
#include "mote/device/board.h"
#include "mote/lower/program.h"

namespace mote::device {

/// A model as C, and the program that it was printed from.
struct ModelSources {
  std::string name;  ///< prefix of its functions; `name`.h and `name`.c are among the files
  /// With `name`_selftest.c the firmware runs its self-test, too.
  std::vector<codegen::GeneratedFile> files;
  std::shared_ptr<const Program> program;

  bool has_selftest() const;
};

struct FirmwareRequest {
  const ModelSources& sources;
  const BoardInfo& board;
  std::filesystem::path folder;  ///< gets all files
  std::string optimization = "-O2";
  std::string_view main = {};  ///< C in place of the test's own main; empty: that
};

/// Throws kIo when the compiler is absent, kUnsupported when the C needs a library, kInternal with
/// what it said when it refuses the C, and kInvalidArgument when the model does not fit the board's
/// memory.
void build_firmware(const FirmwareRequest& request, const Observer& observer = {});

/// Of `folder`.
inline constexpr const char* kFirmware = "firmware.elf";

}  // namespace mote::device
