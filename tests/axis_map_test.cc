// The axis maps tell the truth: permuting every tensor of an operator along one factor of its map
// permutes the result, and changes nothing else.
#include <algorithm>
#include <numeric>
#include <set>

#include "tests/samples.h"

namespace mote {
namespace {

constexpr int kSamplesPerKind = 40;

using Indices = std::vector<int64_t>;

// new[.., i, ..] = old[.., indices[i], ..] along `axis`.
Tensor take(const Tensor& tensor, int axis, const Indices& indices) {
  const Shape& shape = tensor.shape();
  size_t inner = size_bytes(tensor.dtype());
  for (int a = axis + 1; a < shape.rank(); ++a) inner *= static_cast<size_t>(shape[a]);
  size_t outer = 1;
  for (int a = 0; a < axis; ++a) outer *= static_cast<size_t>(shape[a]);
  Tensor result(tensor.dtype(), shape);
  const size_t extent = indices.size();
  for (size_t o = 0; o < outer; ++o) {
    for (size_t i = 0; i < extent; ++i) {
      std::memcpy(result.bytes() + (o * extent + i) * inner,
                  tensor.bytes() + (o * extent + static_cast<size_t>(indices[i])) * inner, inner);
    }
  }
  return result;
}

// The indices of an axis after `order` was applied to the factor `id` within it.
Indices permuted_indices(const AxisRole& role, int64_t extent, int id, const Indices& order) {
  Indices indices(static_cast<size_t>(extent));
  std::iota(indices.begin(), indices.end(), 0);
  for (const AxisBlock& block : role.blocks) {
    int64_t count = 1;
    int64_t inner = 1;
    bool found = false;
    for (const AxisFactor& factor : block.product) {
      count *= factor.extent;
      inner = found ? inner * factor.extent : 1;
      found = found || factor.id == id;
    }
    if (!found) continue;
    const auto factor_extent = static_cast<int64_t>(order.size());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t digit = i / inner % factor_extent;
      const int64_t source = i + (order[static_cast<size_t>(digit)] - digit) * inner;
      indices[static_cast<size_t>(block.offset + i)] = block.offset + source;
    }
  }
  return indices;
}

struct FactorPermutation {
  int id;
  Indices order;

  Tensor apply(const Tensor& tensor, const TensorAxes& axes) const {
    Tensor result = tensor;
    for (int axis = 0; axis < tensor.shape().rank(); ++axis) {
      const AxisRole& role = axes[static_cast<size_t>(axis)];
      result = take(result, axis, permuted_indices(role, tensor.shape()[axis], id, order));
    }
    return result;
  }
  void apply(Quantization& record, const TensorAxes& axes) const {
    if (record.is_per_tensor()) return;
    const Quantization old = record;
    const Indices indices = permuted_indices(axes[static_cast<size_t>(record.axis)],
                                             int64_t(old.scales.size()), id, order);
    for (size_t i = 0; i < indices.size(); ++i) {
      record.scales[i] = old.scales[static_cast<size_t>(indices[i])];
      record.zero_points[i] = old.zero_points[static_cast<size_t>(indices[i])];
    }
  }
};

// Every factor of the map with its extent. Checks that ranks fit and that extents agree.
std::map<int, int64_t> factors_of(const Graph& graph, const Node& node, const AxisMap& map) {
  std::map<int, int64_t> factors;
  const auto visit = [&](ValueId value, const TensorAxes& axes) {
    if (!value.valid()) return;
    const Shape& shape = graph.value(value).type.shape;
    ASSERT_EQ(axes.size(), shape.dims().size()) << "axes of " << graph.value(value).name;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      for (const AxisBlock& block : axes[static_cast<size_t>(axis)].blocks) {
        int64_t count = 1;
        for (const AxisFactor& factor : block.product) {
          const auto [entry, is_new] = factors.emplace(factor.id, factor.extent);
          EXPECT_EQ(entry->second, factor.extent) << "factor " << factor.id;
          count *= factor.extent;
        }
        EXPECT_LE(block.offset + count, shape[axis]) << "axis " << axis;
      }
    }
  };
  EXPECT_EQ(map.inputs.size(), node.inputs.size());
  EXPECT_EQ(map.outputs.size(), node.outputs.size());
  for (size_t i = 0; i < node.inputs.size(); ++i) visit(node.inputs[i], map.inputs[i]);
  for (size_t i = 0; i < node.outputs.size(); ++i) visit(node.outputs[i], map.outputs[i]);
  return factors;
}

void check_factor(const Graph& graph, const Node& node, const AxisMap& map,
                  const FactorPermutation& permutation, Rng& rng) {
  const std::vector<Tensor> inputs = test::random_inputs(graph, rng);
  Graph permuted = graph;
  std::vector<Tensor> permuted_inputs = inputs;
  std::set<ValueId> done;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId id = node.inputs[i];
    if (!id.valid() || !done.insert(id).second) continue;
    Value& value = permuted.mutable_value(id);
    if (value.type.quantization) permutation.apply(*value.type.quantization, map.inputs[i]);
    if (value.constant != nullptr) {
      value.constant =
          std::make_shared<const Tensor>(permutation.apply(*value.constant, map.inputs[i]));
      continue;
    }
    const auto at = std::find(graph.inputs().begin(), graph.inputs().end(), id);
    const auto k = static_cast<size_t>(at - graph.inputs().begin());
    permuted_inputs[k] = permutation.apply(inputs[k], map.inputs[i]);
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    Value& value = permuted.mutable_value(node.outputs[i]);
    if (value.type.quantization) permutation.apply(*value.type.quantization, map.outputs[i]);
  }
  const std::vector<Tensor> plain = test::run(graph, inputs, Kernels::kReference);
  const std::vector<Tensor> result = test::run(permuted, permuted_inputs, Kernels::kReference);
  for (size_t i = 0; i < plain.size(); ++i) {
    EXPECT_TRUE(test::same(permutation.apply(plain[i], map.outputs[i]), result[i]))
        << "output " << i << " after permuting factor " << permutation.id;
  }
}

class AxisMaps : public testing::TestWithParam<const OpDef*> {};

TEST_P(AxisMaps, permuting_a_factor_permutes_the_result) {
  const OpDef& def = *GetParam();
  if (def.axes == nullptr || def.sample == nullptr) GTEST_SKIP() << "no axes or no sample facet";
  for (const SampleKind kind : enum_values(SampleKind{})) {
    for (int i = 0; i < kSamplesPerKind; ++i) {
      SCOPED_TRACE(fmt::format("{} sample {} of {}", def.name, i, name(kind)));
      Rng rng(static_cast<uint64_t>(i));
      const std::optional<Graph> graph = def.sample(rng, kind);
      if (!graph) break;
      const Node& node = graph->node(graph->topological_order()[0]);
      const AxisMap map = def.axes(*graph, node);
      const std::map<int, int64_t> factors = factors_of(*graph, node, map);
      if (testing::Test::HasFatalFailure() || factors.empty()) continue;
      auto pick = factors.begin();
      std::advance(pick, rng.integer(0, static_cast<int64_t>(factors.size()) - 1));
      Indices order(static_cast<size_t>(pick->second));
      std::iota(order.begin(), order.end(), 0);
      for (size_t k = order.size(); k > 1; --k) {
        std::swap(order[k - 1], order[static_cast<size_t>(rng.integer(0, int64_t(k) - 1))]);
      }
      check_factor(*graph, node, map, {pick->first, order}, rng);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, AxisMaps, testing::ValuesIn(test::operators()), test::case_name);

}  // namespace
}  // namespace mote
