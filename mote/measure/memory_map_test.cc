#include "mote/measure/memory_map.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

// x [4,8) -> y [2,6), two bytes on x; then y -> z with scratch.
MemoryMap example() {
  return {.arena_bytes = 8,
          .steps = {"first", "second"},
          .blocks = {{"x", 4, 4, 0, 0},
                     {"y", 2, 4, 0, 1},
                     {"z", 0, 1, 1, 1},
                     {"scratch", 7, 1, 1, 1, true},
                     {"nothing", 0, 0, 0, 1}}};
}

TEST(MemoryMap, counts_shared_bytes_once) {
  EXPECT_EQ(used_bytes(example()), (std::vector<int64_t>{6, 6}));
}

TEST(MemoryMap, as_text_has_a_row_per_call) {
  EXPECT_EQ(memory_map_text(example(), 16),
            "arena of 8 bytes, a column is 0.5 bytes; '=' output on its input, '#' scratch\n"
            "   0 |....bbbb====aaaa|         6 first\n"
            "   1 |cc..bbbbbbbb..##|         6 second\n");
}

TEST(MemoryMap, as_svg_has_a_rectangle_per_buffer) {
  MemoryMap map = example();
  map.blocks[0].label = "<x>";
  const std::string svg = memory_map_svg(map);
  EXPECT_NE(svg.find("&lt;x&gt;: 4 bytes at 4"), std::string::npos);
  size_t count = 0;
  for (size_t at = svg.find("<title>"); at != std::string::npos; at = svg.find("<title>", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 4);
}

TEST(MemoryMap, of_nothing_is_only_its_heading) {
  EXPECT_EQ(memory_map_text({}, 16).find('|'), std::string::npos);
  EXPECT_NE(memory_map_svg({}).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace mote
