#include "mote/exec/fit_memory.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "mote/rewrite/patches.h"
#include "mote/rewrite/pipeline.h"

namespace mote {
namespace {

// Patches along height and width. Bands of whole rows first: they recompute the rows between them
// only.
constexpr std::array<std::pair<int64_t, int64_t>, 14> kGrids = {{{2, 1},
                                                                 {3, 1},
                                                                 {4, 1},
                                                                 {6, 1},
                                                                 {8, 1},
                                                                 {12, 1},
                                                                 {16, 1},
                                                                 {24, 1},
                                                                 {2, 2},
                                                                 {3, 3},
                                                                 {4, 4},
                                                                 {6, 6},
                                                                 {8, 8},
                                                                 {12, 12}}};
// Generated code has a call for every node of every patch.
constexpr size_t kMostCalls = 160;
// The estimate is that good: a plan may need less.
constexpr double kEstimateSlack = 1.25;
constexpr ptrdiff_t kLastAttempts = 4;

struct Candidate {
  PatchGrid grid;
  PatchEstimate estimate;
};

// The most that any node outside of the stage needs.
int64_t need_outside(const std::vector<int64_t>& needs, const Stage& stage) {
  int64_t most = 0;
  for (size_t i = 0; i < needs.size(); ++i) {
    if (i < stage.first || i > stage.last) most = std::max(most, needs[i]);
  }
  return most;
}

// Of each node in the order of the graph, which stages refer to: the bytes alive while it runs,
// its output on top of what dies. No plan needs less.
std::vector<int64_t> least_bytes(const Graph& graph) {
  const std::vector<NodeId> order = graph.topological_order();
  const auto bytes = [&](ValueId id) {
    const TensorType& type = graph.value(id).type;
    return type.shape.elements() * static_cast<int64_t>(size_bytes(type.dtype));
  };
  const auto is_planned = [&](ValueId id) {
    return id.valid() && (graph.value(id).kind == ValueKind::kInput ||
                          graph.value(id).kind == ValueKind::kComputed);
  };
  std::map<ValueId, size_t> last_use;
  int64_t live = 0;
  for (const ValueId id : graph.inputs()) live += bytes(id);
  for (size_t i = 0; i < order.size(); ++i) {
    for (const ValueId id : graph.node(order[i]).inputs) last_use[id] = i;
  }
  for (const ValueId id : graph.outputs()) last_use[id] = order.size();
  std::vector<int64_t> needs;
  for (size_t i = 0; i < order.size(); ++i) {
    const Node& node = graph.node(order[i]);
    int64_t born = 0;
    int64_t dying = 0;
    for (const ValueId id : node.outputs) born += bytes(id);
    for (const ValueId id : std::set<ValueId>(node.inputs.begin(), node.inputs.end())) {
      if (is_planned(id) && last_use.at(id) == i) dying += bytes(id);
    }
    needs.push_back(live + std::max<int64_t>(0, born - dying));
    live += born - dying;
  }
  return needs;
}

class Search {
 public:
  Search(Graph graph, const PrepareOptions& options, int64_t limit)
      : graph_(std::move(graph)), options_(options), limit_(limit) {}

  FittedProgram run() {
    FittedProgram best = {.program = lowered(graph_, true)};
    if (ram_bytes(*best.program) > limit_ && options_.lower.plan == PlanKind::kSpeed) {
      options_.lower.plan = PlanKind::kRam;
      best.program = lowered(graph_, true);
    }
    ram_before_ = ram_bytes(*best.program);
    best.fits = ram_before_ <= limit_;
    if (best.fits) return best;
    std::vector<Candidate> left = candidates(*best.program);
    const auto promising =
        std::stable_partition(left.begin(), left.end(),
                              [&](const Candidate& candidate) { return !is_hopeful(candidate); });
    for (auto at = promising; at != left.end() && !best.fits; ++at) attempt(*at, best);
    // It cannot be met: how near one comes.
    std::reverse(left.begin(), promising);
    for (auto at = left.begin(); at != promising && !best.fits; ++at) {
      if (at - left.begin() == kLastAttempts) break;
      attempt(*at, best);
    }
    return best;
  }

 private:
  bool is_hopeful(const Candidate& candidate) const {
    return static_cast<double>(candidate.estimate.bytes) <=
           static_cast<double>(limit_) * kEstimateSlack;
  }

  void attempt(const Candidate& candidate, FittedProgram& best) const {
    const Graph patched = *run_by_patches(graph_, candidate.grid);
    std::shared_ptr<const Program> program = lowered(patched, false);
    // A careful plan saves some percent.
    if (ram_bytes(*program) > limit_ && ram_bytes(*program) < limit_ + limit_ / 10) {
      program = lowered(patched, true);
    }
    if (ram_bytes(*program) >= ram_bytes(*best.program)) return;
    best = {program, report(candidate, *program), ram_bytes(*program) <= limit_};
  }

  std::shared_ptr<const Program> lowered(const Graph& graph, bool carefully) const {
    LowerOptions options = options_.lower;
    options.plan_carefully = options.plan_carefully && carefully;
    return std::make_shared<const Program>(lower(graph, options));
  }

  // The least work first, each with less memory than all before it.
  std::vector<Candidate> candidates(const Program& base) const {
    std::vector<Candidate> found = estimates(base);
    std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
      return std::pair(a.estimate.extra_macs, a.estimate.bytes) <
             std::pair(b.estimate.extra_macs, b.estimate.bytes);
    });
    std::vector<Candidate> front;
    for (const Candidate& candidate : found) {
      if (front.empty() || candidate.estimate.bytes < front.back().estimate.bytes) {
        front.push_back(candidate);
      }
    }
    return front;
  }

  // Of the stages that hold every step that is too large; without any, of all that could help.
  std::vector<Candidate> estimates(const Program& base) const {
    const std::vector<int64_t> needs = least_bytes(graph_);
    const std::vector<Stage> stages = patchable_stages(graph_);
    std::vector<Candidate> found;
    for (const int64_t bound : {limit_ + 1, ram_before_}) {
      for (const Stage& stage : stages) {
        const int64_t outside = need_outside(needs, stage) + base.state_bytes;
        if (outside < bound) add_estimates({stage, outside, base.state_bytes}, found);
      }
      if (!found.empty()) break;
    }
    return found;
  }

  struct StageNeed {
    Stage stage;
    int64_t outside_bytes;
    int64_t state_bytes;
  };
  void add_estimates(const StageNeed& need, std::vector<Candidate>& found) const {
    for (const auto& [rows, columns] : kGrids) {
      const size_t nodes = need.stage.last - need.stage.first + 1;
      if (nodes * static_cast<size_t>(rows * columns) > kMostCalls) continue;
      const PatchGrid grid = {need.stage, rows, columns};
      std::optional<PatchEstimate> estimate = estimate_patches(graph_, grid);
      if (!estimate) continue;
      estimate->bytes = std::max(need.outside_bytes, estimate->bytes + need.state_bytes);
      if (estimate->bytes < ram_before_) found.push_back({grid, *estimate});
    }
  }

  PatchReport report(const Candidate& candidate, const Program& program) const {
    const std::vector<NodeId> order = graph_.topological_order();
    return {.first = graph_.node(order[candidate.grid.stage.first]).name,
            .last = graph_.node(order[candidate.grid.stage.last]).name,
            .rows = candidate.grid.rows,
            .columns = candidate.grid.columns,
            .macs_before = measure_size(graph_).macs,
            .macs_after = measure_size(program.graph).macs,
            .ram_before = ram_before_,
            .ram_after = ram_bytes(program)};
  }

  const Graph graph_;
  PrepareOptions options_;
  const int64_t limit_;
  int64_t ram_before_ = 0;
};

}  // namespace

int64_t ram_bytes(const Program& program) { return program.arena_bytes + program.state_bytes; }

FittedProgram prepare_within(Graph graph, const PrepareOptions& options, int64_t limit) {
  return Search(prepare_graph(std::move(graph), options), options, limit).run();
}

}  // namespace mote
