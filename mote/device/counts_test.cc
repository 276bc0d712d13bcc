#include "mote/device/counts.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"

namespace mote::device {
namespace {

ElfSymbol function(std::string name, uint32_t address, uint32_t size) {
  return {.name = std::move(name),
          .address = address,
          .size_bytes = size,
          .kind = ElfSymbol::Kind::kFunction,
          .section = 1,
          .defined = true};
}

TEST(Counts, ranges_tell_layers_from_the_test_and_from_helpers) {
  ElfFile elf;
  elf.symbols = {function("kws_layer_0", 0x101, 16), function("kws_layer_0_helper", 0x111, 8),
                 function("kws_invoke", 0x121, 4),   function("main", 0x131, 4),
                 function("memcpy", 0x141, 4),       function("empty", 0x151, 0)};
  elf.symbols.push_back({.name = "data", .address = 0x200, .size_bytes = 4, .defined = true});
  EXPECT_EQ(count_ranges(elf, "kws", true),
            "100 110 enter kws_layer_0\n"
            "110 118 within kws_layer_0_helper\n"
            "120 124 always kws_invoke\n"
            "130 134 always main\n"
            "140 144 within memcpy\n");
  EXPECT_EQ(count_ranges(elf, "kw", false).find("enter"), std::string::npos);
}

TEST(Counts, are_read_by_function_and_region) {
  const Counts counts =
      parse_counts("function a_layer_0 100 2\nregion a_layer_0 150 2\nfunction memcpy 50 4\n");
  EXPECT_EQ(counts.functions.at("a_layer_0").instructions, 100);
  EXPECT_EQ(counts.regions.at("a_layer_0").instructions, 150);
  EXPECT_EQ(counts.regions.at("a_layer_0").calls, 2);
  EXPECT_EQ(counts.functions.at("memcpy").calls, 4);
  EXPECT_FALSE(counts.regions.contains("memcpy"));
}

TEST(Counts, that_are_none_are_refused) {
  EXPECT_THROW(parse_counts("function a"), Error);
  EXPECT_THROW(parse_counts("layer a 1 2"), Error);
  EXPECT_TRUE(parse_counts("").functions.empty());
}

}  // namespace
}  // namespace mote::device
