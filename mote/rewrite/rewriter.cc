#include "mote/rewrite/rewriter.h"

#include "mote/base/error.h"
#include "mote/ir/graph_edit.h"

namespace mote {
namespace {

// A rule that keeps changing a graph without end is a bug; far more changes than nodes show it.
constexpr int64_t kMaxChangesPerNode = 64;
constexpr int64_t kMinChangeLimit = 4096;

}  // namespace

const std::vector<NodeId>& Rewriter::consumers(ValueId id) {
  if (!consumers_known_) {
    consumers_ = graph_.consumers();
    consumers_known_ = true;
  }
  return consumers_[static_cast<size_t>(id.index)];
}

bool Rewriter::used_once(ValueId id) { return consumers(id).size() == 1 && !graph_.is_output(id); }

bool Rewriter::apply(const std::function<void(Graph&)>& change) {
  if (changes_ >= limits_.max_changes) return false;
  GraphEdit edit(graph_);
  change(*edit);
  edit.commit();
  ++changes_;
  consumers_known_ = false;
  return true;
}

void Rewriter::for_each_node(Rule rule) {
  const int64_t limit =
      changes_ + kMinChangeLimit +
      kMaxChangesPerNode * static_cast<int64_t>(graph_.topological_order().size());
  bool changed = true;
  while (changed) {
    changed = false;
    for (const NodeId id : graph_.topological_order()) {
      while (graph_.contains(id) && rule(*this, id)) {
        changed = true;
        if (changes_ > limit) {
          throw_error(ErrorKind::kInternal, "a pass does not come to an end at {}",
                      describe(graph_.node(id)));
        }
      }
    }
  }
}

}  // namespace mote
