// Sections and symbols of a firmware: 32-bit little-endian ELF, as the linker writes it.
//
//   const ElfFile elf = read_elf(MappedFile("firmware.elf").bytes());
//   for (const ElfSymbol& symbol : elf.symbols) symbol.name;
//
// Source: Tool Interface Standard, "Executable and Linking Format", version 1.2, book I.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mote::device {

struct ElfSection {
  std::string name;
  uint32_t address = 0;
  uint32_t size_bytes = 0;
};

struct ElfSymbol {
  enum class Kind { kFunction, kObject, kOther };
  std::string name;
  uint32_t address = 0;  ///< of Thumb functions with bit 0 set
  uint32_t size_bytes = 0;
  Kind kind = Kind::kOther;
  size_t section = 0;  ///< in `sections`; 0 for symbols that are in none
  bool defined = false;
};

struct ElfFile {
  std::vector<ElfSection> sections;  ///< as numbered in the file; the first is no section
  std::vector<ElfSymbol> symbols;

  /// nullptr when there is none of that name.
  const ElfSection* section(std::string_view name) const;
};

/// Throws kInvalidArgument when the bytes are no such file.
ElfFile read_elf(std::span<const std::byte> bytes);

}  // namespace mote::device
