#include "mote/rewrite/pipeline.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "mote/base/error.h"
#include "mote/ir/op_def.h"
#include "mote/rewrite/pass.h"

namespace mote {
namespace {

constexpr PipelineStep kExactPipeline[] = {
    {"fold_constants",
     "shapes and weights that importers left as nodes become constants, which all "
     "other passes look for"},
    {"merge_duplicates", "equal transposes and constants are one before they are moved"},
    {"remove_identities", "what does nothing would stand between the patterns"},
    {"canonicalize_matmul",
     "a product with a constant is a layer that batch norm and bias fold into"},
    {"sink_transposes",
     "brings NHWC operators next to each other; batch norm and bias then follow "
     "their layer directly"},
    {"remove_identities", "sinking leaves reshapes that undo each other"},
    {"fold_batch_norm", "before bias and activation, which stand behind it"},
    {"fuse_bias", "before the activation, which stands behind it"},
    {"merge_pads", "a pad is part of its convolution before pools are merged into that"},
    {"merge_conv_and_pool", "needs a convolution without an activation, so before they are fused"},
    {"canonicalize_global_pool", "after merge_conv_and_pool, which knows pools only"},
    {"fuse_activation", "last of the fusions: a fused activation closes a layer"},
    {"remove_constant_channels", "reads the clamp that the activation became"},
    {"remove_unused", "what the others left behind"},
};

// Each round enables little in the next one; a pipeline that still changes after these is a bug.
constexpr int kMaxRounds = 16;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check_skipped(const std::vector<std::string>& skip) {
  for (const std::string& name : skip) {
    if (find_pass(name) != nullptr) continue;
    std::string known;
    for (const PassDef& pass : all_passes()) known += fmt::format(" {}", pass.name);
    throw_error(ErrorKind::kInvalidArgument, "there is no pass '{}'; there are:{}", name, known);
  }
}

PassReport& report_of(RewriteReport& report, std::string_view name) {
  for (PassReport& pass : report.passes) {
    if (pass.name == name) return pass;
  }
  return report.passes.emplace_back(PassReport{.name = name});
}

class Pipeline {
 public:
  Pipeline(Graph& graph, const RewriteOptions& options)
      : graph_(graph), options_(options), limits_(options.limits) {}

  RewriteReport run() {
    report_.before = report_.after = measure_size(graph_);
    for (int round = 0; round < kMaxRounds; ++round) {
      const int64_t changes_before = report_.changes;
      for (const PipelineStep& step : kExactPipeline) run_step(*find_pass(step.pass));
      if (report_.changes == changes_before) break;
    }
    return std::move(report_);
  }

 private:
  void run_step(const PassDef& pass) {
    options_.observer.check_cancelled();
    if (std::find(options_.skip.begin(), options_.skip.end(), pass.name) != options_.skip.end()) {
      return;
    }
    const auto start = std::chrono::steady_clock::now();
    const int64_t changes = run_pass(graph_, pass, limits_);
    PassReport& entry = report_of(report_, pass.name);
    entry.seconds += seconds_since(start);
    if (changes == 0) return;
    limits_.max_changes -= changes;
    const GraphSize size = measure_size(graph_);
    entry.changes += changes;
    entry.macs_saved += report_.after.macs - size.macs;
    entry.constant_bytes_saved += report_.after.constant_bytes - size.constant_bytes;
    report_.after = size;
    report_.changes += changes;
    if (options_.on_change) options_.on_change(pass.name, graph_);
  }

  Graph& graph_;
  const RewriteOptions& options_;
  RewriteLimits limits_;
  RewriteReport report_;
};

}  // namespace

std::span<const PipelineStep> exact_pipeline() { return kExactPipeline; }

GraphSize measure_size(const Graph& graph) {
  GraphSize size;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    ++size.nodes;
    if (node.op->cost != nullptr) size.macs += node.op->cost(graph, node).macs;
  }
  std::set<const Tensor*> counted;
  for (const ValueId id : graph.values()) {
    const Value& value = graph.value(id);
    if (value.kind == ValueKind::kConstant && counted.insert(value.constant.get()).second) {
      size.constant_bytes += static_cast<int64_t>(value.constant->size_bytes());
    }
  }
  return size;
}

int64_t run_pass(Graph& graph, const PassDef& pass, const RewriteLimits& limits) {
  Rewriter rewriter(graph, limits);
  with_context([&] { return fmt::format("pass {}", pass.name); }, [&] { pass.run(rewriter); });
  return rewriter.changes();
}

RewriteReport run_exact_passes(Graph& graph, const RewriteOptions& options) {
  check_skipped(options.skip);
  return Pipeline(graph, options).run();
}

}  // namespace mote
