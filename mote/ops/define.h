// How an operator's file hands over its definition.
//
//   namespace mote::ops {
//   void define_relu(OpSink& sink) { sink.add({.name = "relu", ...}); }
//   }  // namespace mote::ops
//
// A file may define a family (all unary math functions) with one call each.
#pragma once

#include <algorithm>
#include <deque>
#include <string_view>

#include "mote/ir/op_def.h"

namespace mote::ops {

/// A name as a template argument, so that the facets of a family know which member they serve:
/// `.sample = sample<"equal">`.
template <size_t kSize>
struct OpName {
  constexpr OpName(const char (&literal)[kSize]) { std::copy_n(literal, kSize, text); }
  constexpr std::string_view view() const { return {text, kSize - 1}; }
  char text[kSize] = {};
};

class OpSink {
 public:
  void add(OpDef def) { defs_.push_back(std::move(def)); }
  const std::deque<OpDef>& defs() const { return defs_; }

 private:
  std::deque<OpDef> defs_;  // addresses stay valid
};

}  // namespace mote::ops
