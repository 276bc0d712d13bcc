// Drawings of an arena over time: which bytes hold what while each call runs.
//
//   MemoryMap map = {.arena_bytes = 768, .steps = {"fc"}, .blocks = {{"x", 128, 640, 0, 0}, ...}};
//   fmt::print("{}", memory_map_text(map, 64));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mote {

struct MemoryBlock {
  std::string label;
  int64_t offset = 0;
  int64_t size_bytes = 0;
  int32_t first_step = 0;  ///< steps in which it is needed, both included
  int32_t last_step = 0;
  bool is_scratch = false;
};

struct MemoryMap {
  int64_t arena_bytes = 0;
  std::vector<std::string> steps;  ///< names of the calls in their order
  std::vector<MemoryBlock> blocks;
};

/// Bytes that are in use in each step; what an output shares with its input counts once.
std::vector<int64_t> used_bytes(const MemoryMap& map);

/// One row per call, `columns` characters for the arena, lowest byte left: a letter per value, `=`
/// where an output lies on its input, `#` for scratch, `.` for unused bytes.
std::string memory_map_text(const MemoryMap& map, int columns);

/// A whole SVG file: time to the right, bytes upwards, a rectangle per buffer with its name.
std::string memory_map_svg(const MemoryMap& map);

}  // namespace mote
