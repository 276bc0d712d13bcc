// Runs a graph on the host.
//
//   Executor executor(graph);
//   std::vector<Tensor> outputs = executor.run(inputs);
//
// Operators run by their reference kernel or, with `Kernels::kFast`, by a quicker one where it has
// one; integer results are the same bytes either way. An Executor is used by one thread at a time;
// several may share one graph's constants. For throughput, run samples in parallel, an Executor
// each.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "mote/ir/op_def.h"

namespace mote {

enum class Kernels { kReference, kFast };

struct ExecOptions {
  Kernels kernels = Kernels::kFast;
  Numerics numerics = Numerics::kTflm;
  Isa isa = Isa::kAuto;
};

class Executor {
 public:
  /// Keeps a copy of the graph (constants are shared, not copied).
  explicit Executor(const Graph& graph, const ExecOptions& options = {});
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  /// `inputs` in the graph's order and types; a dynamic batch takes its value from them. Throws
  /// kInvalidArgument naming the input that does not fit.
  std::vector<Tensor> run(std::span<const Tensor> inputs);

  /// Called after each node with its outputs, in execution order; for calibration and comparison.
  using NodeHook =
      std::function<void(NodeId id, const Node& node, std::span<const ConstTensorView> outputs)>;
  void set_hook(NodeHook hook);

  /// States go back to their initial content.
  void reset();

  const Graph& graph() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mote
