// What a pass sees of the graph and its only way to change it.
//
//   bool drop_double_relu(Rewriter& rewriter, NodeId id) {
//     const Graph& graph = rewriter.graph();
//     const Node& node = graph.node(id);
//     const Node* before = producer(graph, node.inputs[0], {"relu"});
//     if (!is_op(node, "relu") || before == nullptr) return false;
//     return rewriter.apply([&](Graph& edited) {
//       edited.replace_uses(node.outputs[0], before->outputs[0]);
//     });
//   }
//   void run(Rewriter& rewriter) { rewriter.for_each_node(drop_double_relu); }
//
// References into `graph()` are good until the change is applied.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"

namespace mote {

struct RewriteLimits {
  /// Rounding of the runtime the graph is for; folded integer operators use it.
  Numerics numerics = Numerics::kTflm;
  /// fold_constants leaves results larger than this to run time.
  int64_t max_folded_bytes = int64_t{64} << 20;
  /// Changes that may still be applied, over all passes.
  int64_t max_changes = std::numeric_limits<int64_t>::max();
};

class Rewriter {
 public:
  Rewriter(Graph& graph, const RewriteLimits& limits) : graph_(graph), limits_(limits) {}
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;

  const Graph& graph() const { return graph_; }
  const RewriteLimits& limits() const { return limits_; }
  int64_t changes() const { return changes_; }

  /// Uses of a value by nodes, one entry per use.
  const std::vector<NodeId>& consumers(ValueId id);
  /// The value is read by one operand of one node and is no output of the graph.
  bool used_once(ValueId id);

  /// Commits `change` through a GraphEdit and returns true; false, with nothing done, when
  /// `max_changes` is used up.
  bool apply(const std::function<void(Graph&)>& change);

  /// Offers every node to `rule`, producers first, until a whole round changes nothing. A rule
  /// returns whether it applied a change.
  using Rule = bool (*)(Rewriter&, NodeId);
  void for_each_node(Rule rule);

 private:
  Graph& graph_;
  const RewriteLimits& limits_;
  int64_t changes_ = 0;
  std::vector<std::vector<NodeId>> consumers_;
  bool consumers_known_ = false;
};

}  // namespace mote
