#include "mote/rewrite/pass.h"

#include <vector>

namespace mote {
namespace passes {

#define MOTE_REGISTER(word) PassDef define_##word();
#include "mote/rewrite/registry.inc"
#undef MOTE_REGISTER

}  // namespace passes

std::span<const PassDef> all_passes() {
  static const std::vector<PassDef> defs = {
#define MOTE_REGISTER(word) passes::define_##word(),
#include "mote/rewrite/registry.inc"
#undef MOTE_REGISTER
  };
  return defs;
}

const PassDef* find_pass(std::string_view name) {
  for (const PassDef& def : all_passes()) {
    if (def.name == name) return &def;
  }
  return nullptr;
}

}  // namespace mote
