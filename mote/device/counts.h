// What the counting plugin is told and what it tells: see plugin/count.c.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mote/device/elf.h"

namespace mote::device {

struct Count {
  uint64_t instructions = 0;
  uint64_t calls = 0;
};

struct Counts {
  std::map<std::string, Count> functions;  ///< each alone, without what it calls
  /// From a layer's entry until the next one's, with all that it calls; `<model>_invoke`: what is
  /// between the layers.
  std::map<std::string, Count> regions;
};

/// The plugin's `ranges` for the firmware of the model `name`: its layers and its invoke are
/// regions; what the test itself runs is another.
std::string count_ranges(const ElfFile& firmware, const std::string& name, bool thumb);

/// Reads the plugin's `output`. Throws kInternal when it is none.
Counts parse_counts(std::string_view text);

}  // namespace mote::device
