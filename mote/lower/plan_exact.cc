// A layout in which no buffer can sink is found again by placing buffers in the order of their
// offsets, each at the lowest place that those before it leave. So the search walks these orders
// alone, and cuts a branch where a step cannot fit any more below the best arena, or where a buffer
// was passed by that could have lain lower.
#include <algorithm>
#include <numeric>

#include "mote/lower/plan_conflicts.h"

namespace mote::plan_detail {
namespace {

class Search {
 public:
  Search(const MemoryProblem& problem, const Conflicts& conflicts, const Placement& start,
         int64_t lower_bound, int64_t max_nodes)
      : problem_(problem),
        conflicts_(conflicts),
        lower_bound_(lower_bound),
        nodes_left_(max_nodes),
        best_(start),
        offsets_(problem.buffers.size(), kUnplaced) {
    set_aside();
    rank_buffers();
    list_steps();
  }

  ExactResult run() {
    descend(searched_.size(), {0, -1}, std::vector<int64_t>(problem_.buffers.size()), 0);
    return {std::move(best_), nodes_left_ > 0};
  }

 private:
  // Where the last buffer was placed: the next one has a larger (offset, rank).
  struct Last {
    int64_t offset;
    int32_t rank;
  };

  int64_t size(int32_t i) const { return problem_.buffers[i].size_bytes; }
  bool unplaced(int32_t i) const { return in_search_[i] && offsets_[i] == kUnplaced; }

  // Offsets of `i` that its conflicts can forbid at most, counted in steps of its alignment.
  int64_t forbidden_places(int32_t i) const {
    int64_t places = 0;
    for (const Conflict& c : conflicts_[i]) {
      const int64_t length = c.below + c.above - 1;
      if (in_search_[c.other] && length > 0) {
        places += (length - 1) / problem_.buffers[i].alignment + 1;
      }
    }
    return places;
  }

  // A buffer whose neighbours cannot close every place below the lower bound needs no search.
  void set_aside() {
    in_search_.assign(problem_.buffers.size(), true);
    for (bool found = true; found;) {
      found = false;
      for (int32_t i = 0; i < static_cast<int32_t>(in_search_.size()); ++i) {
        if (!in_search_[i] || size(i) > lower_bound_) continue;
        const int64_t places = (lower_bound_ - size(i)) / problem_.buffers[i].alignment + 1;
        if (forbidden_places(i) >= places) continue;
        in_search_[i] = false;
        aside_.push_back(i);
        found = true;
      }
    }
    std::reverse(aside_.begin(), aside_.end());
    for (int32_t i = 0; i < static_cast<int32_t>(in_search_.size()); ++i) {
      if (in_search_[i]) searched_.push_back(i);
    }
  }

  // Of buffers at one offset outputs come first: an input that may share their place then does.
  void rank_buffers() {
    std::vector<int32_t> order = searched_;
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return problem_.buffers[a].first_step > problem_.buffers[b].first_step;
    });
    rank_.assign(problem_.buffers.size(), 0);
    for (size_t r = 0; r < order.size(); ++r) rank_[order[r]] = static_cast<int32_t>(r);
  }

  struct Step {
    std::vector<int32_t> buffers;
    std::vector<MemorySharing> sharings;  // of one output together
  };

  void list_steps() {
    steps_.resize(live_bytes(problem_).size());
    for (const int32_t i : searched_) {
      const MemoryBuffer& b = problem_.buffers[i];
      for (int32_t step = b.first_step; step <= b.last_step; ++step) {
        steps_[step].buffers.push_back(i);
      }
    }
    for (const MemorySharing& s : problem_.sharings) {
      if (!is_active(problem_, s) || !in_search_[s.input] || !in_search_[s.output]) continue;
      steps_[problem_.buffers[s.output].first_step].sharings.push_back(s);
    }
    for (Step& step : steps_) {
      std::stable_sort(
          step.sharings.begin(), step.sharings.end(),
          [](const MemorySharing& a, const MemorySharing& b) { return a.output < b.output; });
    }
  }

  // Bytes that the unplaced outputs of a step can share with unplaced inputs, at most.
  int64_t hidden_bytes(const Step& step) const {
    int64_t total = 0;
    for (size_t k = 0; k < step.sharings.size();) {
      const int32_t output = step.sharings[k].output;
      int64_t hidden = 0;
      for (; k < step.sharings.size() && step.sharings[k].output == output; ++k) {
        const MemorySharing& s = step.sharings[k];
        if (!unplaced(s.input) || !unplaced(output)) continue;
        hidden += size(s.input) + size(output) - shared_span(problem_, s);
      }
      total += std::min(hidden, size(output));
    }
    return total;
  }

  // Whether some step cannot be completed below the best arena.
  bool is_hopeless(const std::vector<int64_t>& low, int64_t floor) const {
    for (const Step& step : steps_) {
      int64_t base = INT64_MAX;
      int64_t need = 0;
      for (const int32_t i : step.buffers) {
        if (!unplaced(i)) continue;
        if (low[i] + size(i) >= best_.arena_bytes) return true;
        base = std::min(base, std::max(low[i], floor));
        need += size(i);
      }
      if (need > 0 && base + need - hidden_bytes(step) >= best_.arena_bytes) return true;
    }
    return false;
  }

  // The unplaced buffers that may come next, the lowest first, of these the largest.
  std::vector<int32_t> candidates(const std::vector<int64_t>& low, const Last& last) const {
    int64_t passed = INT64_MAX;  // placing at or above it leaves a hole that a buffer would fit
    for (const int32_t i : searched_) {
      if (unplaced(i)) passed = std::min(passed, low[i] + size(i));
    }
    std::vector<int32_t> found;
    if (passed <= last.offset) return found;
    for (const int32_t i : searched_) {
      if (!unplaced(i) || low[i] >= passed || low[i] < last.offset) continue;
      if (low[i] == last.offset && rank_[i] < last.rank) continue;
      found.push_back(i);
    }
    std::stable_sort(found.begin(), found.end(), [&](int32_t a, int32_t b) {
      return low[a] != low[b] ? low[a] < low[b] : size(a) > size(b);
    });
    return found;
  }

  void keep(int64_t arena_bytes) {
    best_ = {offsets_, arena_bytes};
    for (const int32_t i : aside_) {
      best_.offsets[i] =
          lowest_offset(conflicts_[i], best_.offsets, 0, problem_.buffers[i].alignment);
      best_.arena_bytes = std::max(best_.arena_bytes, best_.offsets[i] + size(i));
    }
  }

  // `low`: the lowest place of every unplaced buffer among the placed ones.
  void descend(size_t left, Last last, const std::vector<int64_t>& low, int64_t height) {
    if (left == 0) return keep(height);
    if (is_hopeless(low, last.offset)) return;
    for (const int32_t i : candidates(low, last)) {
      if (nodes_left_ == 0 || best_.arena_bytes <= lower_bound_) return;
      const int64_t top = std::max(height, low[i] + size(i));
      if (top >= best_.arena_bytes) continue;
      --nodes_left_;
      offsets_[i] = low[i];
      std::vector<int64_t> next = low;
      for (const Conflict& c : conflicts_[i]) {
        if (!unplaced(c.other)) continue;
        next[c.other] = lowest_offset(conflicts_[c.other], offsets_, low[c.other],
                                      problem_.buffers[c.other].alignment);
      }
      descend(left - 1, {low[i], rank_[i]}, next, top);
      offsets_[i] = kUnplaced;
    }
  }

  const MemoryProblem& problem_;
  const Conflicts& conflicts_;
  const int64_t lower_bound_;
  int64_t nodes_left_;
  Placement best_;
  std::vector<int64_t> offsets_;
  std::vector<bool> in_search_;
  std::vector<int32_t> searched_;
  std::vector<int32_t> aside_;  // in the order in which they are placed at last
  std::vector<int32_t> rank_;
  std::vector<Step> steps_;
};

}  // namespace

ExactResult place_exactly(const MemoryProblem& problem, const Conflicts& conflicts,
                          const Placement& start, int64_t lower_bound, int64_t max_nodes) {
  return Search(problem, conflicts, start, lower_bound, max_nodes).run();
}

}  // namespace mote::plan_detail
