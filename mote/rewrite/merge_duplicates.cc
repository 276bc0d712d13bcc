// merge_duplicates: constants with the same content and nodes that compute the same become one.
// Exact. Nodes that touch a state are left alone.
#include <algorithm>
#include <map>
#include <string>

#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

bool same_content(const Value& a, const Value& b) {
  return a.type == b.type && (a.constant == b.constant || *a.constant == *b.constant);
}

// FNV-1a over the first bytes: enough to tell most constants apart before comparing them.
uint64_t fingerprint(const Tensor& tensor) {
  constexpr size_t kBytesRead = 256;
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < std::min(tensor.size_bytes(), kBytesRead); ++i) {
    hash = (hash ^ std::to_integer<uint64_t>(tensor.bytes()[i])) * 1099511628211u;
  }
  return hash;
}

// Pairs (duplicate, original).
std::vector<std::pair<ValueId, ValueId>> duplicate_constants(const Graph& graph) {
  std::vector<std::pair<ValueId, ValueId>> found;
  std::map<std::pair<std::string, uint64_t>, std::vector<ValueId>> kept;
  for (const ValueId id : graph.values()) {
    const Value& value = graph.value(id);
    if (value.kind != ValueKind::kConstant || graph.is_output(id)) continue;
    auto& alike = kept[{to_string(value.type), fingerprint(*value.constant)}];
    const auto original = std::find_if(alike.begin(), alike.end(), [&](ValueId other) {
      return same_content(value, graph.value(other));
    });
    if (original == alike.end()) {
      alike.push_back(id);
    } else {
      found.emplace_back(id, *original);
    }
  }
  return found;
}

bool touches_state(const Graph& graph, const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id.valid() && graph.value(id).kind == ValueKind::kState;
  });
}

bool same_results(const Graph& graph, const Node& a, const Node& b) {
  if (a.op != b.op || a.inputs != b.inputs || !(a.attributes == b.attributes)) return false;
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    if (type_of(graph, a.outputs[i]) != type_of(graph, b.outputs[i])) return false;
  }
  return true;
}

bool merge_node(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node node = graph.node(id);
  if (node.inputs.empty() || !node.has_input(0) || touches_state(graph, node)) return false;
  for (const ValueId output : node.outputs) {
    if (graph.is_output(output)) return false;
  }
  for (const NodeId other : rewriter.consumers(node.inputs[0])) {
    if (!(other < id) || !same_results(graph, node, graph.node(other))) continue;
    const Node original = graph.node(other);
    return rewriter.apply([&](Graph& edited) {
      for (size_t i = 0; i < node.outputs.size(); ++i) {
        edited.replace_uses(node.outputs[i], original.outputs[i]);
      }
    });
  }
  return false;
}

void run(Rewriter& rewriter) {
  const auto duplicates = duplicate_constants(rewriter.graph());
  if (!duplicates.empty()) {
    rewriter.apply([&](Graph& edited) {
      for (const auto& [duplicate, original] : duplicates) edited.replace_uses(duplicate, original);
    });
  }
  rewriter.for_each_node(merge_node);
}

}  // namespace

PassDef define_merge_duplicates() {
  return {"merge_duplicates",
          "Makes one of constants with equal content and of nodes that compute the same", run};
}

}  // namespace mote::passes
