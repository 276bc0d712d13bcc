// One model on one emulated board: the bytes it gives beside the host's, and what it costs there.
//
//   const DeviceReport report = test_on_device(sources, samples, {.board = Board::kM4});
//   report.mismatched_bytes;             // 0
//   report.instructions_per_inference;
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mote/base/progress.h"
#include "mote/base/tensor.h"
#include "mote/device/board.h"
#include "mote/device/build_firmware.h"
#include "mote/device/footprint.h"

namespace mote::device {

/// The inputs of one inference, in the model's order.
using Sample = std::vector<Tensor>;

struct DeviceOptions {
  Board board = Board::kM4;
  std::string optimization = "-O2";   ///< of the model's C
  double limit_seconds = 120.0;       ///< of the emulator
  std::filesystem::path keep = {};    ///< a folder for the firmware and its sources; empty: none
  std::filesystem::path plugin = {};  ///< empty: find_plugin()
};

struct LayerCount {
  std::string node, op;
  std::string kernel;        ///< empty for calls without one
  int64_t instructions = 0;  ///< of one inference, rounded down
};

struct DeviceReport {
  Board board = Board::kM4;
  int64_t samples = 0;           ///< compared, besides the self-test's
  int64_t compared_bytes = 0;    ///< of the samples' outputs
  int64_t mismatched_bytes = 0;  ///< of these, and of the self-test's
  /// Instructions are the mean over all inferences of the run.
  int64_t instructions_per_inference = 0;
  int64_t overhead_instructions = 0;  ///< of them between the layers
  std::vector<LayerCount> layers;
  FlashUse flash;
  RamUse ram;
  std::vector<std::string> helpers;  ///< as Footprint has them
};

/// Every sample starts from the model's initial state. Throws what build_firmware and emulate
/// throw, kInternal when the firmware's figures contradict each other.
DeviceReport test_on_device(const ModelSources& sources, std::span<const Sample> samples,
                            const DeviceOptions& options, const Observer& observer = {});

}  // namespace mote::device
