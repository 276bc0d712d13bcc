// Decides which nodes become integer and which record every value gets.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mote/compress/quantize/quantize_graph.h"
#include "mote/ir/op_def.h"

namespace mote {

class SharedRecords {
 public:
  struct NodePlan {
    std::optional<QuantRule> rule;  ///< nothing: the node stays float
    std::string reason;             ///< why it does; empty where it was never float
  };

  SharedRecords(const Graph& graph, const ValueRanges& ranges, const QuantizeGraphOptions& options);

  const NodePlan& plan(NodeId id) const { return plans_.at(id.index); }
  /// The value has an integer form: an integer node writes or reads it.
  bool has(ValueId id) const { return touched_.contains(id.index); }
  /// The record of the value's integer form. Throws kInvalidArgument when no range is known.
  Quantization of(ValueId id) const;
  std::vector<std::pair<std::string, std::string>> float_nodes() const;

 private:
  void decide(NodeId id);
  void tie(const Node& node, const QuantRule& rule);
  int32_t root(int32_t index) const;
  void join(ValueId a, ValueId b);

  const Graph& graph_;
  const QuantizeGraphOptions& options_;
  std::map<int32_t, NodePlan> plans_;      // by node index
  std::map<int32_t, int32_t> parent_;      // union-find over value indices
  std::map<int32_t, Quantization> fixed_;  // by root
  std::map<int32_t, RealRange> union_;     // by root
  std::map<int32_t, bool> touched_;
};

}  // namespace mote
