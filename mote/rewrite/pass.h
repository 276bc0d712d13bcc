// A pass: one documented change of a graph that keeps its results.
//
// Each word of the build list is a pass W with `PassDef define_W()` in W.cc. "Does not apply" is
// not an error; an unknown operator is left alone unless the pass was told what it does.
#pragma once

#include <span>
#include <string_view>

#include "mote/rewrite/rewriter.h"

namespace mote {

struct PassDef {
  std::string_view name;
  /// One sentence: what it does and how exact it is.
  std::string_view summary;
  void (*run)(Rewriter&) = nullptr;
};

/// In the order of the build list; `exact_pipeline` (pipeline.h) has the order of execution.
std::span<const PassDef> all_passes();
/// nullptr when there is none.
const PassDef* find_pass(std::string_view name);

}  // namespace mote
