// What a model takes of a board's memories, read from the linked firmware.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mote/device/elf.h"

namespace mote::device {

/// Flash of the model alone, without start-up and test: its sum is what it adds to a firmware.
struct FlashUse {
  int64_t weights_bytes = 0;  ///< constant tensors of the network, packed or not
  int64_t code_bytes = 0;     ///< functions, with memcpy and the compiler's own where they are used
  int64_t constants_bytes = 0;  ///< parameters of the kernels, tables, initial states
  int64_t total_bytes() const { return weights_bytes + code_bytes + constants_bytes; }
};

/// RAM of the model alone.
struct RamUse {
  int64_t arena_bytes = 0;    ///< values and, in `scratch_bytes` of it, the kernels' scratch
  int64_t scratch_bytes = 0;  ///< the most that one layer asks for
  int64_t state_bytes = 0;
  int64_t stack_bytes = 0;        ///< high-water mark of one inference
  int64_t static_data_bytes = 0;  ///< other variables
  int64_t total_bytes() const {
    return arena_bytes + state_bytes + stack_bytes + static_data_bytes;
  }
};

struct Footprint {
  FlashUse flash;
  RamUse ram;  ///< without scratch and stack, which the file does not tell
  /// Functions that are linked but not the model's: memcpy, the compiler's helpers, a math
  /// library's.
  std::vector<std::string> helpers;
};

/// Of the model with the prefix `name` in a firmware that build_firmware linked. Throws
/// kInvalidArgument when it has no section of a model's code.
Footprint footprint_of(const ElfFile& firmware, const std::string& name);

}  // namespace mote::device
