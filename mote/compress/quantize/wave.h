// Runs a graph node by node over a set of samples at once, so that a node may still be changed when
// everything before it has run.
#pragma once

#include <map>
#include <vector>

#include "mote/exec/executor.h"
#include "mote/measure/samples.h"

namespace mote {

class Wave {
 public:
  struct Options {
    int threads = 1;
    ExecOptions exec = {};
  };

  /// `graph` may change between calls, but for its structure and types.
  Wave(const Graph& graph, const SampleSource& samples, const Options& options);

  int64_t size() const { return static_cast<int64_t>(live_.size()); }
  /// An activation of sample `index`; its producer has run and a node that reads it has not.
  const Tensor& value(int64_t index, ValueId id) const;
  /// Runs one node on all samples. Nodes are run in topological order. Of each sample, what no
  /// other node reads is freed as soon as it has run.
  void run(NodeId id);

 private:
  Graph single(NodeId id, std::vector<ValueId>& fed) const;
  std::vector<ValueId> last_uses(const Node& node);

  const Graph& graph_;
  Options options_;
  std::vector<std::map<int32_t, Tensor>> live_;  // by sample, value index
  std::map<int32_t, int> uses_left_;
};

}  // namespace mote
