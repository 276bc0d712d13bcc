// The attribute of einsum.
#pragma once

#include <string>
#include <tuple>

#include "mote/ir/attributes.h"

namespace mote {

/// einsum(operands...): "ij,jk->ik"; "..." stands for axes that broadcast; without "->" the result
/// has the letters that occur once.
struct EinsumAttrs {
  std::string equation;
  static constexpr auto fields() { return std::tuple(field("equation", &EinsumAttrs::equation)); }
};

}  // namespace mote
