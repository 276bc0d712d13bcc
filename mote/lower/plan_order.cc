// An order of calls with a low peak. States of the search are sets of done calls; the peak of a way
// to a set is the most that one of its steps needs, so the best way to all calls is a shortest path
// whose length is a maximum (Dijkstra). Networks have few such sets: a chain has one per call.
#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>

#include "mote/lower/plan_calls.h"

namespace mote {
namespace {

using Indices = std::vector<int32_t>;
using DoneSet = std::string;  // one byte per call: cheap to hash and to compare

class Scheduler {
 public:
  explicit Scheduler(const PlanCalls& calls) : calls_(calls) {
    const size_t count = calls.calls.size();
    before_.resize(count);
    after_.resize(count);
    readers_.resize(calls.values.size());
    Indices producer(calls.values.size(), -1);
    std::map<int32_t, int32_t> last_user;  // of each state
    for (size_t c = 0; c < count; ++c) {
      const auto index = static_cast<int32_t>(c);
      for (const int32_t v : distinct_inputs(index)) {
        readers_[v].push_back(index);
        if (producer[v] >= 0) add_edge(producer[v], index);
      }
      for (const int32_t v : calls.calls[c].outputs) producer[v] = index;
      for (const int32_t state : calls.calls[c].states) {
        const auto [at, is_new] = last_user.try_emplace(state, index);
        if (!is_new && at->second != index) add_edge(at->second, index);
        at->second = index;
      }
    }
    for (size_t v = 0; v < calls.values.size(); ++v) {
      const PlanValue& value = calls.values[v];
      if (value.is_input && (value.is_output || !readers_[v].empty())) {
        initial_live_ += value.size_bytes;
      }
    }
  }

  int64_t initial_live() const { return initial_live_; }

  bool is_ready(int32_t call, const DoneSet& done) const {
    return !done[call] && std::all_of(before_[call].begin(), before_[call].end(),
                                      [&](int32_t b) { return done[b] != 0; });
  }

  struct Step {
    int64_t need;        // while the call runs
    int64_t live_after;  // what later calls or the caller still read
  };
  Step step(int32_t index, const DoneSet& done, int64_t live) const {
    const PlanCall& call = calls_.calls[index];
    const PlanKernel& kernel = call.kernels.front();
    int64_t born = 0;
    int64_t kept = 0;
    for (const int32_t v : call.outputs) {
      born += size(v);
      if (calls_.values[v].is_output || !readers_[v].empty()) kept += size(v);
    }
    int64_t died = 0;
    int64_t hidden = 0;
    const std::vector<int32_t> inputs = distinct_inputs(index);
    for (const int32_t v : inputs) {
      if (!dies_in(index, v, done)) continue;
      died += size(v);
      hidden += overlap_with(call, kernel, v);
    }
    return {live + born + kernel.scratch_bytes - std::min(hidden, born), live + kept - died};
  }

  int64_t peak_of(const Indices& order) const {
    DoneSet done(order.size(), 0);
    int64_t live = initial_live_;
    int64_t peak = live;
    for (const int32_t c : order) {
      const Step s = step(c, done, live);
      peak = std::max(peak, s.need);
      live = s.live_after;
      done[c] = 1;
    }
    return peak;
  }

  // Always the ready call that leaves least alive, of these the one that needs least, then the
  // first.
  Indices greedy_order() const {
    Indices order;
    DoneSet done(calls_.calls.size(), 0);
    int64_t live = initial_live_;
    std::set<int32_t> ready;
    Indices waits(calls_.calls.size());
    for (size_t c = 0; c < done.size(); ++c) {
      waits[c] = static_cast<int32_t>(before_[c].size());
      if (waits[c] == 0) ready.insert(static_cast<int32_t>(c));
    }
    while (!ready.empty()) {
      int32_t best = *ready.begin();
      Step best_step = step(best, done, live);
      for (const int32_t c : ready) {
        const Step s = step(c, done, live);
        if (std::pair(s.live_after, s.need) < std::pair(best_step.live_after, best_step.need)) {
          best = c;
          best_step = s;
        }
      }
      live = best_step.live_after;
      done[best] = 1;
      ready.erase(best);
      order.push_back(best);
      for (const int32_t c : after_[best]) {
        if (--waits[c] == 0) ready.insert(c);
      }
    }
    return order;
  }

  // Empty when every order needs `limit` or more, or when there are too many sets of calls.
  Indices best_order(int64_t limit, int64_t max_states) const;

 private:
  int64_t size(int32_t v) const { return calls_.values[v].size_bytes; }

  void add_edge(int32_t from, int32_t to) {
    if (std::find(before_[to].begin(), before_[to].end(), from) != before_[to].end()) return;
    before_[to].push_back(from);
    after_[from].push_back(to);
  }

  Indices distinct_inputs(int32_t call) const {
    Indices inputs;
    for (const int32_t v : calls_.calls[call].inputs) {
      if (v >= 0 && std::find(inputs.begin(), inputs.end(), v) == inputs.end()) inputs.push_back(v);
    }
    return inputs;
  }

  bool dies_in(int32_t call, int32_t v, const DoneSet& done) const {
    return !calls_.values[v].is_output &&
           std::all_of(readers_[v].begin(), readers_[v].end(),
                       [&](int32_t r) { return r == call || done[r] != 0; });
  }

  // Bytes of the only output that can lie on the dying input v.
  int64_t overlap_with(const PlanCall& call, const PlanKernel& kernel, int32_t v) const {
    if (call.outputs.size() != 1 || kernel.below.empty()) return 0;
    int64_t below = 0;
    for (size_t k = 0; k < call.inputs.size(); ++k) {
      if (call.inputs[k] == v) below = std::max(below, kernel.below[k]);
    }
    const int64_t out = size(call.outputs[0]);
    return size(v) + out - std::max(size(v) + std::min(below, out), out);
  }

  const PlanCalls& calls_;
  std::vector<Indices> before_, after_;  // calls that a call waits for; that wait for it
  std::vector<Indices> readers_;         // of each value
  int64_t initial_live_ = 0;
};

Indices Scheduler::best_order(int64_t limit, int64_t max_states) const {
  struct State {
    DoneSet done;
    int64_t live;
    int64_t peak;
    size_t depth;
    int64_t parent;
    int32_t call;
  };
  std::vector<State> states = {
      {DoneSet(calls_.calls.size(), 0), initial_live_, initial_live_, 0, -1, -1}};
  std::unordered_map<DoneSet, int64_t> best_peak = {{states[0].done, initial_live_}};
  // Lowest peak first, then the deepest, then the oldest: the order given, where it is as good.
  const auto later = [&](int64_t a, int64_t b) {
    if (states[a].peak != states[b].peak) return states[a].peak > states[b].peak;
    if (states[a].depth != states[b].depth) return states[a].depth < states[b].depth;
    return a > b;
  };
  std::priority_queue<int64_t, std::vector<int64_t>, decltype(later)> open(later);
  open.push(0);
  while (!open.empty()) {
    const int64_t at = open.top();
    open.pop();
    const State state = states[at];
    if (state.peak > best_peak[state.done]) continue;
    if (state.depth == calls_.calls.size()) {
      Indices order;
      for (int64_t s = at; states[s].parent >= 0; s = states[s].parent) {
        order.push_back(states[s].call);
      }
      std::reverse(order.begin(), order.end());
      return order;
    }
    for (int32_t c = 0; c < static_cast<int32_t>(calls_.calls.size()); ++c) {
      if (!is_ready(c, state.done)) continue;
      const Step s = step(c, state.done, state.live);
      State next = {state.done, s.live_after, std::max(state.peak, s.need), state.depth + 1, at, c};
      if (next.peak >= limit) continue;
      next.done[c] = 1;
      const auto [known, is_new] = best_peak.try_emplace(next.done, next.peak);
      if (!is_new && known->second <= next.peak) continue;
      known->second = next.peak;
      if (static_cast<int64_t>(states.size()) >= max_states) return {};
      states.push_back(std::move(next));
      open.push(static_cast<int64_t>(states.size()) - 1);
    }
  }
  return {};
}

}  // namespace

std::vector<int32_t> reorder_calls(const PlanCalls& calls, const OrderOptions& options) {
  const Scheduler scheduler(calls);
  Indices best(calls.calls.size());
  std::iota(best.begin(), best.end(), 0);
  int64_t peak = scheduler.peak_of(best);
  Indices exact = scheduler.best_order(peak, options.max_states);
  if (!exact.empty()) return exact;
  Indices greedy = scheduler.greedy_order();
  if (scheduler.peak_of(greedy) < peak) best = std::move(greedy);
  return best;
}

}  // namespace mote
