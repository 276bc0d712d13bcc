#include "mote/rewrite/patches.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/base/random.h"
#include "mote/exec/executor.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/pipeline.h"

namespace mote {
namespace {

struct Layer {
  int64_t channels;
  int64_t kernel;
  int64_t stride;
};

class Network {
 public:
  explicit Network(Shape image) : at_(graph_.add_input("x", {DataType::kF32, std::move(image)})) {}

  ValueId convolve(const Layer& layer, ValueId x) {
    const int64_t in = graph_.value(x).type.shape[3];
    const Tensor weights =
        ops::sample_tensor(rng_, DataType::kF32, {layer.channels, layer.kernel, layer.kernel, in});
    const ValueId w = graph_.add_constant("w", weights);
    const int64_t pad = layer.kernel / 2;
    const Conv2dAttrs attrs{.stride = {layer.stride, layer.stride},
                            .padding = {pad, pad, pad, pad}};
    return graph_.add_node(
        {.op = &op("conv_2d"), .inputs = {x, w}, .attributes = Attributes::of(attrs)})[0];
  }
  ValueId convolve(const Layer& layer) { return at_ = convolve(layer, at_); }
  ValueId add(std::string_view name, std::vector<ValueId> inputs) {
    return add(name, std::move(inputs), op(name).attributes);
  }
  ValueId add(std::string_view name, std::vector<ValueId> inputs, Attributes attributes) {
    Node node{.op = &op(name), .inputs = std::move(inputs), .attributes = std::move(attributes)};
    return at_ = graph_.add_node(std::move(node))[0];
  }
  ValueId at() const { return at_; }
  Graph finish() {
    graph_.set_outputs({at_});
    return graph_;
  }

 private:
  Graph graph_{"net"};
  Rng rng_{7};
  ValueId at_;
};

// Every stage by every grid up to 3 x 3.
void expect_same_results(const Graph& graph) {
  Rng rng(1);
  const std::vector<Tensor> inputs = {
      ops::sample_tensor(rng, DataType::kF32, graph.value(graph.inputs()[0]).type.shape)};
  const ExecOptions options{.kernels = Kernels::kReference};
  const std::vector<Tensor> expected = Executor(graph, options).run(inputs);
  const std::vector<Stage> stages = patchable_stages(graph);
  EXPECT_FALSE(stages.empty());
  for (const Stage& stage : stages) {
    for (int64_t rows = 1; rows <= 3; ++rows) {
      for (int64_t columns = 1; columns <= 3; ++columns) {
        SCOPED_TRACE(fmt::format("{}..{} {}x{}", stage.first, stage.last, rows, columns));
        const PatchGrid grid{stage, rows, columns};
        const auto patched = run_by_patches(graph, grid);
        const auto estimate = estimate_patches(graph, grid);
        ASSERT_EQ(patched.has_value(), estimate.has_value());
        if (!patched) continue;
        EXPECT_EQ(Executor(*patched, options).run(inputs), expected);
        EXPECT_EQ(measure_size(*patched).macs, measure_size(graph).macs + estimate->extra_macs);
      }
    }
  }
}

TEST(Patches, compute_what_a_chain_of_convolutions_computes) {
  Network net({1, 13, 11, 2});
  net.convolve({4, 3, 2});
  net.convolve({3, 1, 1});
  net.convolve({3, 5, 1});
  net.convolve({2, 3, 2});
  expect_same_results(net.finish());
}

TEST(Patches, compute_what_a_residual_block_computes) {
  Network net({2, 9, 8, 3});
  const ValueId x = net.convolve({4, 3, 1});
  net.convolve({4, 3, 1});
  const ValueId y = net.convolve({4, 3, 1});
  net.add("add", {x, y});
  net.add("relu", {net.at()});
  expect_same_results(net.finish());
}

TEST(Patches, compute_what_pools_with_padding_compute) {
  for (const char* pool : {"max_pool_2d", "average_pool_2d"}) {
    Network net({1, 10, 10, 2});
    net.convolve({3, 3, 1});
    net.add(
        pool, {net.at()},
        Attributes::of(Pool2dAttrs{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 0, 1, 1}}));
    net.convolve({2, 3, 1});
    expect_same_results(net.finish());
  }
}

TEST(Patches, end_where_a_value_inside_is_read_later) {
  Network net({1, 8, 8, 2});
  const ValueId x = net.convolve({2, 3, 1});  // node 0
  const ValueId y = net.convolve({2, 3, 1});  // node 1
  net.add(
      "mean", {y},
      Attributes::of(ReduceAttrs{.axes = {1, 2}, .keep_dims = true}));  // node 2: no place by place
  const ValueId mean = net.at();
  net.add("add", {x, mean});  // node 3 reads x
  EXPECT_TRUE(patchable_stages(net.finish()).empty());
}

TEST(Patches, refuse_what_is_no_stage) {
  Network net({1, 8, 8, 2});
  net.convolve({2, 3, 1});
  const Graph graph = net.finish();
  EXPECT_THROW(run_by_patches(graph, {.stage = {0, 5}}), Error);
}

}  // namespace
}  // namespace mote
