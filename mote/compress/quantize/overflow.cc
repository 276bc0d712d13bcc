#include "mote/compress/quantize/overflow.h"

#include <algorithm>
#include <cmath>

#include "mote/ir/op_def.h"

namespace mote {
namespace {

constexpr double kAccumulatorLimit = 2147483648.0;

struct Operands {
  const Value* x = nullptr;
  const Value* w = nullptr;
  const Value* b = nullptr;
  int channel_axis = 0;
};

// Of a node whose integer form multiplies stored weights.
std::optional<Operands> operands(const Graph& graph, const Node& node) {
  if (node.op->quant == nullptr || node.inputs.empty()) return std::nullopt;
  const std::optional<QuantRule> rule = node.op->quant(graph, node);
  if (!rule) return std::nullopt;
  Operands found;
  for (size_t i = 0; i < node.inputs.size() && i < rule->inputs.size(); ++i) {
    if (!node.has_input(i)) continue;
    const Value& value = graph.value(node.inputs[i]);
    const bool constant = value.kind == ValueKind::kConstant;
    switch (rule->inputs[i].role) {
      case QuantRule::Role::kActivation:
        if (found.x == nullptr) found.x = &value;
        break;
      case QuantRule::Role::kWeight:
        if (constant && value.type.dtype == DataType::kI8) {
          found.w = &value;
          found.channel_axis = rule->inputs[i].channel_axis;
        }
        break;
      case QuantRule::Role::kBias:
        if (constant) found.b = &value;
        break;
      case QuantRule::Role::kShared:
      case QuantRule::Role::kUntouched:
      case QuantRule::Role::kState:
        break;
    }
  }
  if (found.x == nullptr || found.w == nullptr || !found.x->type.quantization) return std::nullopt;
  if (found.b != nullptr && found.b->type.dtype == DataType::kI64) return std::nullopt;
  return found;
}

double largest_accumulator(const Operands& at) {
  const IntegerRange range = integer_range(at.x->type.dtype);
  const auto zero = static_cast<double>(at.x->type.quantization->zero_point());
  const double reach = std::max(std::abs(static_cast<double>(range.low) - zero),
                                std::abs(static_cast<double>(range.high) - zero));
  const Shape& shape = at.w->type.shape;
  const auto axis = static_cast<int>(at.channel_axis);
  const auto channels = static_cast<size_t>(std::max<int64_t>(1, shape[axis]));
  int64_t inner = 1;
  for (int a = axis + 1; a < shape.rank(); ++a) inner *= shape[a];
  std::vector<double> sums(channels, 0.0);
  const std::span<const int8_t> w = at.w->constant->data<int8_t>();
  for (size_t e = 0; e < w.size(); ++e) {
    sums[e / static_cast<size_t>(inner) % channels] += std::abs(static_cast<double>(w[e])) * reach;
  }
  if (at.b != nullptr) {
    const std::vector<double> bias = elements_as<double>(*at.b->constant);
    for (size_t c = 0; c < std::min(channels, bias.size()); ++c) sums[c] += std::abs(bias[c]);
  }
  return *std::max_element(sums.begin(), sums.end());
}

}  // namespace

OverflowReport check_accumulators(const Graph& integer) {
  OverflowReport report;
  for (const NodeId id : integer.topological_order()) {
    const Node& node = integer.node(id);
    const std::optional<Operands> found = operands(integer, node);
    if (!found || found->w->constant->elements() == 0) continue;
    const double share = largest_accumulator(*found) / kAccumulatorLimit;
    ++report.layers;
    report.largest_share = std::max(report.largest_share, share);
    if (share >= 1.0) report.layers_at_risk.push_back(node.name);
  }
  return report;
}

}  // namespace mote
