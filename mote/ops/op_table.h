// All operators, by name. The table is made from the word list in CMakeLists.txt.
//
//   graph.add_node({.op = &op("relu"), .inputs = {x}});
#pragma once

#include <span>
#include <string_view>

#include "mote/ir/op_def.h"

namespace mote {

/// In the order of the build list.
std::span<const OpDef* const> all_ops();

/// nullptr when there is none. Fits `OpLookup`.
const OpDef* find_op(std::string_view name);

/// Throws kInternal when there is none.
const OpDef& op(std::string_view name);

/// True when `node` is an instance of the operator of that name.
inline bool is_op(const Node& node, std::string_view name) { return node.op->name == name; }

}  // namespace mote
