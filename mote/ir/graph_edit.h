// A change of a graph that happens wholly or not at all.
//
//   GraphEdit edit(graph);
//   edit->replace_uses(old_value, new_value);
//   edit.commit();   // drops what became unused, re-infers, verifies; throws and changes nothing
//   on failure
//
// Several shapes may change at once: rules are checked at commit, not in between. Without `commit`
// nothing happens.
#pragma once

#include "mote/ir/graph.h"

namespace mote {

class GraphEdit {
 public:
  explicit GraphEdit(Graph& graph) : graph_(graph), edited_(graph) {}
  GraphEdit(const GraphEdit&) = delete;
  GraphEdit& operator=(const GraphEdit&) = delete;

  Graph& operator*() { return edited_; }
  Graph* operator->() { return &edited_; }

  /// Ends the edit. Throws kInternal when the outside contract (names, order, types of inputs and
  /// outputs) changed; passes that mean to change it use `commit_new_contract`.
  void commit();
  void commit_new_contract();

 private:
  Graph& graph_;
  Graph edited_;
};

}  // namespace mote
