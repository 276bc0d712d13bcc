// How an operator's file hands over its definition.
//
//   namespace mote::ops {
//   void define_relu(OpSink& sink) { sink.add({.name = "relu", ...}); }
//   }  // namespace mote::ops
//
// A file may define a family (all unary math functions) with one call each.
#pragma once

#include <deque>

#include "mote/ir/op_def.h"

namespace mote::ops {

class OpSink {
 public:
  void add(OpDef def) { defs_.push_back(std::move(def)); }
  const std::deque<OpDef>& defs() const { return defs_; }

 private:
  std::deque<OpDef> defs_;  // addresses stay valid
};

}  // namespace mote::ops
