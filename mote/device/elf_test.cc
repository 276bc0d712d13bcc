#include "mote/device/elf.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/base/random.h"

namespace mote::device {
namespace {

void put(std::vector<std::byte>& bytes, size_t at, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) {
    bytes[at + static_cast<size_t>(i)] = static_cast<std::byte>(value >> (8 * i));
  }
}

struct Section {
  uint32_t name, type, address, offset, size, link;
};

// Sections "" and ".text", ".symtab" and ".strtab"; the symbol "f", 6 bytes of .text.
std::vector<std::byte> example() {
  constexpr std::string_view kNames("\0.text\0.symtab\0.strtab\0f\0", 25);
  constexpr uint32_t kTable = 52, kNamesAt = kTable + 4 * 40, kSymbolAt = kNamesAt + 28;
  std::vector<std::byte> bytes(kSymbolAt + 16 + 6);
  constexpr std::string_view kIdentity(
      "\x7f"
      "ELF\x01\x01\x01");
  for (size_t i = 0; i < kIdentity.size(); ++i) bytes[i] = static_cast<std::byte>(kIdentity[i]);
  put(bytes, 32, kTable, 4);
  put(bytes, 46, 40, 2);
  put(bytes, 48, 4, 2);
  put(bytes, 50, 3, 2);
  const Section sections[4] = {{0, 0, 0, 0, 0, 0},
                               {1, 1, 0x1000, kSymbolAt + 16, 6, 0},
                               {7, 2, 0, kSymbolAt, 16, 3},
                               {15, 3, 0, kNamesAt, kNames.size(), 0}};
  for (uint32_t i = 0; i < 4; ++i) {
    const size_t at = kTable + i * 40;
    put(bytes, at, sections[i].name, 4);
    put(bytes, at + 4, sections[i].type, 4);
    put(bytes, at + 12, sections[i].address, 4);
    put(bytes, at + 16, sections[i].offset, 4);
    put(bytes, at + 20, sections[i].size, 4);
    put(bytes, at + 24, sections[i].link, 4);
  }
  for (size_t i = 0; i < kNames.size(); ++i) {
    bytes[kNamesAt + i] = static_cast<std::byte>(kNames[i]);
  }
  put(bytes, kSymbolAt, 23, 4);
  put(bytes, kSymbolAt + 4, 0x1001, 4);
  put(bytes, kSymbolAt + 8, 6, 4);
  put(bytes, kSymbolAt + 12, 2, 1);
  put(bytes, kSymbolAt + 14, 1, 2);
  return bytes;
}

TEST(Elf, has_sections_and_symbols) {
  const ElfFile elf = read_elf(example());
  ASSERT_EQ(elf.sections.size(), 4);
  ASSERT_NE(elf.section(".text"), nullptr);
  EXPECT_EQ(elf.section(".text")->address, 0x1000);
  EXPECT_EQ(elf.section(".text")->size_bytes, 6);
  EXPECT_EQ(elf.section(".data"), nullptr);
  ASSERT_EQ(elf.symbols.size(), 1);
  EXPECT_EQ(elf.symbols[0].name, "f");
  EXPECT_EQ(elf.symbols[0].address, 0x1001);
  EXPECT_EQ(elf.symbols[0].kind, ElfSymbol::Kind::kFunction);
  EXPECT_EQ(elf.symbols[0].section, 1);
  EXPECT_TRUE(elf.symbols[0].defined);
}

TEST(Elf, refuses_what_is_none) {
  EXPECT_THROW(read_elf({}), Error);
  EXPECT_THROW(read_elf(std::vector<std::byte>(200)), Error);
}

TEST(Elf, refuses_or_reads_any_bytes) {
  const std::vector<std::byte> good = example();
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_THROW(read_elf(std::span(good).first(length)), Error) << length;
  }
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> bytes = good;
    for (int64_t change = rng.integer(1, 4); change > 0; --change) {
      const auto at = static_cast<size_t>(rng.integer(7, static_cast<int64_t>(bytes.size()) - 1));
      bytes[at] = static_cast<std::byte>(rng.integer(0, 255));
    }
    try {
      read_elf(bytes);
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace mote::device
