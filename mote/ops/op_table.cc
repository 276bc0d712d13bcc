#include "mote/ops/op_table.h"

#include <map>
#include <vector>

#include "mote/base/error.h"
#include "mote/ops/define.h"

namespace mote {
namespace ops {

// Each word of the build list W has `void define_W(OpSink&)` in W.cc.
#define MOTE_REGISTER(word) void define_##word(OpSink& sink);
#include "mote/ops/registry.inc"
#undef MOTE_REGISTER

}  // namespace ops

namespace {

struct Table {
  std::vector<const OpDef*> in_order;
  std::map<std::string_view, const OpDef*> by_name;
};

const Table& table() {
  static const Table instance = [] {
    static ops::OpSink sink;
#define MOTE_REGISTER(word) ops::define_##word(sink);
#include "mote/ops/registry.inc"
#undef MOTE_REGISTER
    Table made;
    for (const OpDef& def : sink.defs()) {
      made.in_order.push_back(&def);
      if (!made.by_name.emplace(def.name, &def).second) {
        throw_error(ErrorKind::kInternal, "operator '{}' is defined twice", def.name);
      }
    }
    return made;
  }();
  return instance;
}

}  // namespace

std::span<const OpDef* const> all_ops() { return table().in_order; }

const OpDef* find_op(std::string_view name) {
  const auto found = table().by_name.find(name);
  return found == table().by_name.end() ? nullptr : found->second;
}

const OpDef& op(std::string_view name) {
  const OpDef* def = find_op(name);
  if (def == nullptr) throw_error(ErrorKind::kInternal, "there is no operator '{}'", name);
  return *def;
}

}  // namespace mote
