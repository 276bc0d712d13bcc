#include "mote/device/elf.h"

#include <algorithm>

#include "mote/base/error.h"

namespace mote::device {
namespace {

// Offsets and values of the specification, figures 1-3, 1-4, 1-8, 1-15.
constexpr size_t kHeaderBytes = 52;
constexpr size_t kSectionHeaderBytes = 40;
constexpr size_t kSymbolBytes = 16;
constexpr std::string_view kIdentity =
    "\x7f"
    "ELF\x01\x01\x01";  // 32 bits, little-endian, version 1
constexpr uint32_t kSymbolTable = 2;
constexpr uint32_t kNoBits = 8;
constexpr uint32_t kObjectSymbol = 1;
constexpr uint32_t kFunctionSymbol = 2;
constexpr uint32_t kFirstReservedSection = 0xff00;

struct SectionHeader {
  uint32_t name, type, address, offset, size, link;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> part(size_t offset, size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      throw_error(ErrorKind::kInvalidArgument,
                  "not a firmware: {} bytes at {} lie outside of the file's {} bytes", size, offset,
                  bytes_.size());
    }
    return bytes_.subspan(offset, size);
  }
  uint32_t u32(size_t offset) const { return number(part(offset, 4)); }
  uint32_t u16(size_t offset) const { return number(part(offset, 2)); }
  uint32_t u8(size_t offset) const { return number(part(offset, 1)); }

  SectionHeader section_header(size_t offset) const {
    part(offset, kSectionHeaderBytes);
    return {u32(offset),      u32(offset + 4),  u32(offset + 12),
            u32(offset + 16), u32(offset + 20), u32(offset + 24)};
  }

  std::string text(const SectionHeader& table, uint32_t at) const {
    const std::span<const std::byte> bytes = part(table.offset, table.size);
    if (at >= bytes.size()) {
      throw_error(ErrorKind::kInvalidArgument, "not a firmware: a name lies outside of its table");
    }
    const auto first = bytes.begin() + at;
    const auto end = std::find(first, bytes.end(), std::byte{0});
    if (end == bytes.end()) {
      throw_error(ErrorKind::kInvalidArgument, "not a firmware: a name does not end");
    }
    return {reinterpret_cast<const char*>(&*first), static_cast<size_t>(end - first)};
  }

 private:
  static uint32_t number(std::span<const std::byte> bytes) {
    uint32_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint32_t>(bytes[i]);
    return value;
  }

  std::span<const std::byte> bytes_;
};

ElfSymbol::Kind kind_of(uint32_t type) {
  if (type == kFunctionSymbol) return ElfSymbol::Kind::kFunction;
  return type == kObjectSymbol ? ElfSymbol::Kind::kObject : ElfSymbol::Kind::kOther;
}

std::vector<ElfSymbol> read_symbols(const Reader& reader, const SectionHeader& table,
                                    const SectionHeader& names, size_t sections) {
  reader.part(table.offset, table.size);
  std::vector<ElfSymbol> symbols;
  for (size_t at = table.offset; at + kSymbolBytes <= size_t{table.offset} + table.size;
       at += kSymbolBytes) {
    const uint32_t section = reader.u16(at + 14);
    const bool regular = section > 0 && section < kFirstReservedSection;
    if (regular && section >= sections) {
      throw_error(ErrorKind::kInvalidArgument, "not a firmware: a symbol is in section {} of {}",
                  section, sections);
    }
    symbols.push_back({.name = reader.text(names, reader.u32(at)),
                       .address = reader.u32(at + 4),
                       .size_bytes = reader.u32(at + 8),
                       .kind = kind_of(reader.u8(at + 12) & 0xf),
                       .section = regular ? section : 0,
                       .defined = section != 0});
  }
  return symbols;
}

}  // namespace

const ElfSection* ElfFile::section(std::string_view name) const {
  const auto found = std::ranges::find(sections, name, &ElfSection::name);
  return found == sections.end() ? nullptr : &*found;
}

ElfFile read_elf(std::span<const std::byte> bytes) {
  const Reader reader(bytes);
  const std::span<const std::byte> header = reader.part(0, kHeaderBytes);
  if (!std::equal(kIdentity.begin(), kIdentity.end(), header.begin(),
                  [](char c, std::byte b) { return static_cast<std::byte>(c) == b; })) {
    throw_error(ErrorKind::kInvalidArgument, "not a 32-bit little-endian ELF file");
  }
  const size_t table = reader.u32(32);
  const size_t count = reader.u16(48);
  const size_t names_index = reader.u16(50);
  if (reader.u16(46) != kSectionHeaderBytes || names_index >= count) {
    throw_error(ErrorKind::kInvalidArgument, "not a firmware: it has no table of sections");
  }
  reader.part(table, count * kSectionHeaderBytes);
  std::vector<SectionHeader> headers;
  for (size_t i = 0; i < count; ++i) {
    headers.push_back(reader.section_header(table + i * kSectionHeaderBytes));
  }
  ElfFile elf;
  for (const SectionHeader& section : headers) {
    if (section.type != kNoBits) reader.part(section.offset, section.size);
    elf.sections.push_back(
        {reader.text(headers[names_index], section.name), section.address, section.size});
  }
  for (const SectionHeader& section : headers) {
    if (section.type != kSymbolTable) continue;
    if (section.link >= count) {
      throw_error(ErrorKind::kInvalidArgument, "not a firmware: its symbols have no names");
    }
    elf.symbols = read_symbols(reader, section, headers[section.link], count);
  }
  return elf;
}

}  // namespace mote::device
