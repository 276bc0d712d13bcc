#include "mote/device/footprint.h"

#include <algorithm>

#include "mote/base/error.h"

namespace mote::device {
namespace {

// Sections without content are not there.
int64_t size_of(const ElfFile& firmware, std::string_view name) {
  const ElfSection* section = firmware.section(name);
  return section == nullptr ? 0 : section->size_bytes;
}

// As mote/codegen names them: constant_3, layer_3_packed.
bool is_weights(const std::string& symbol) {
  return symbol.starts_with("constant_") ||
         (symbol.starts_with("layer_") && symbol.ends_with("_packed"));
}

// Sums of the symbols of a model's variables and constants.
struct SymbolSums {
  int64_t weights = 0, arena = 0, state = 0;
};

SymbolSums sums_of(const ElfFile& firmware, const std::string& name) {
  SymbolSums sums;
  for (const ElfSymbol& symbol : firmware.symbols) {
    if (symbol.kind != ElfSymbol::Kind::kObject || symbol.section == 0) continue;
    const std::string& section = firmware.sections[symbol.section].name;
    if (section == ".model_rodata" && is_weights(symbol.name)) sums.weights += symbol.size_bytes;
    if (section == ".model_bss" || section == ".model_data") {
      if (symbol.name == name + "_arena") sums.arena += symbol.size_bytes;
      if (symbol.name == name + "_state") sums.state += symbol.size_bytes;
    }
  }
  return sums;
}

std::vector<std::string> helpers_of(const ElfFile& firmware) {
  std::vector<std::string> names;
  for (const ElfSymbol& symbol : firmware.symbols) {
    if (symbol.kind != ElfSymbol::Kind::kFunction || symbol.section == 0) continue;
    if (firmware.sections[symbol.section].name == ".runtime_text") names.push_back(symbol.name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Footprint footprint_of(const ElfFile& firmware, const std::string& name) {
  if (firmware.section(".model_text") == nullptr) {
    throw_error(ErrorKind::kInvalidArgument, "the firmware has no code of a model");
  }
  const SymbolSums sums = sums_of(firmware, name);
  const int64_t data = size_of(firmware, ".model_data");
  Footprint footprint;
  footprint.flash.weights_bytes = sums.weights;
  footprint.flash.code_bytes =
      size_of(firmware, ".model_text") + size_of(firmware, ".runtime_text");
  footprint.flash.constants_bytes = size_of(firmware, ".model_rodata") - sums.weights + data;
  footprint.ram.arena_bytes = sums.arena;
  footprint.ram.state_bytes = sums.state;
  footprint.ram.static_data_bytes =
      size_of(firmware, ".model_bss") + data - sums.arena - sums.state;
  footprint.helpers = helpers_of(firmware);
  return footprint;
}

}  // namespace mote::device
