#include "mote/measure/match.h"

#include <algorithm>
#include <set>
#include <string>

#include "mote/ir/op_def.h"

namespace mote {
namespace {

struct Candidate {
  ValueId value;
  std::string key;  // operator and extents
};

// Changes of domain are no layers of their own.
bool is_domain_change(const Node& node) {
  return node.op->name == "quantize" || node.op->name == "dequantize";
}

std::vector<Candidate> candidates(const Graph& graph) {
  std::vector<Candidate> result;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (is_domain_change(node)) continue;
    for (const ValueId output : node.outputs) {
      const Shape shape = graph.value(output).type.shape.bind(1);
      result.push_back({output, std::string(node.op->name) + to_string(shape)});
    }
  }
  return result;
}

bool same_size(const Graph& a, ValueId in_a, const Graph& b, ValueId in_b) {
  return a.value(in_a).type.shape.elements_per_sample() ==
         b.value(in_b).type.shape.elements_per_sample();
}

// Indices of the longest common subsequence of keys, in order. Long lists are not compared: their
// table would not fit in memory.
std::vector<std::pair<size_t, size_t>> common_sequence(const std::vector<Candidate>& a,
                                                       const std::vector<Candidate>& b) {
  constexpr size_t kMaxCells = size_t{1} << 24;
  const size_t columns = b.size() + 1;
  if ((a.size() + 1) * columns > kMaxCells) return {};
  std::vector<int32_t> length((a.size() + 1) * columns, 0);
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      length[i * columns + j] = a[i].key == b[j].key ? length[(i + 1) * columns + j + 1] + 1
                                                     : std::max(length[(i + 1) * columns + j],
                                                                length[i * columns + j + 1]);
    }
  }
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].key == b[j].key) {
      pairs.emplace_back(i++, j++);
    } else if (length[(i + 1) * columns + j] >= length[i * columns + j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

}  // namespace

std::vector<ValuePair> match_values(const Graph& a, const Graph& b) {
  std::vector<Candidate> left_a;
  std::vector<Candidate> left_b;
  std::set<ValueId> paired_a;
  std::vector<ValuePair> pairs;
  const std::vector<Candidate> of_b = candidates(b);
  for (const Candidate& candidate : of_b) {
    const std::optional<ValueId> found = a.find_value(b.value(candidate.value).name);
    const bool usable = found && a.value(*found).kind == ValueKind::kComputed &&
                        same_size(a, *found, b, candidate.value);
    if (usable && paired_a.insert(*found).second) {
      pairs.push_back({*found, candidate.value});
    } else {
      left_b.push_back(candidate);
    }
  }
  for (Candidate& candidate : candidates(a)) {
    if (!paired_a.contains(candidate.value)) left_a.push_back(std::move(candidate));
  }
  for (const auto& [i, j] : common_sequence(left_a, left_b)) {
    pairs.push_back({left_a[i].value, left_b[j].value});
  }
  std::vector<size_t> position(of_b.empty() ? 0 : b.values().size() + 1, 0);
  const auto order_of = [&](ValueId id) -> size_t& {
    const auto index = static_cast<size_t>(id.index);
    if (index >= position.size()) position.resize(index + 1, 0);
    return position[index];
  };
  for (size_t i = 0; i < of_b.size(); ++i) order_of(of_b[i].value) = i;
  std::sort(pairs.begin(), pairs.end(),
            [&](const ValuePair& x, const ValuePair& y) { return order_of(x.b) < order_of(y.b); });
  return pairs;
}

}  // namespace mote
