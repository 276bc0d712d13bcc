// A kernel's params as a C initialiser.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mote/kernels/params_layout.h"

namespace mote::codegen {

struct ParamsText {
  std::string arrays;  ///< what its pointers point to: static arrays, named after `name`
  std::string object;  ///< "static const mote_softmax_params NAME = {...};\n"
};

/// `params` is a struct of `layout`. Members that are zero are left out, as C leaves them zero.
struct ParamsStyle {
  std::string_view attributes;  ///< of the arrays
  /// Whether any kernel reads members of this name; pointers that none reads stay NULL. Empty: all.
  std::function<bool(std::string_view)> reads = {};
};
ParamsText print_params(const mote_struct& layout, const void* params, std::string_view name,
                        const ParamsStyle& style);

}  // namespace mote::codegen
