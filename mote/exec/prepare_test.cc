#include "mote/exec/prepare.h"

#include <gtest/gtest.h>

#include "mote/ops/facets.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr int64_t kDepth = 48;

// A convolution of i8 and a fully connected layer after it, for any batch.
Graph open_network() {
  Rng rng(3);
  Graph graph("open");
  const Quantization record = Quantization::per_tensor(0.05f, 3);
  const Quantization weights = Quantization::per_tensor(0.01f, 0);
  const Graph::OutputHints hints{.names = {}, .quantization = {record}};
  const ValueId x = graph.add_input("x", {DataType::kI8, {kDynamic, 1, 1, kDepth}, record});
  const ValueId w = graph.add_constant(
      "w", ops::sample_tensor(rng, DataType::kI8, {kDepth, 1, 1, kDepth}), weights);
  const ValueId y = graph.add_node(
      {.op = &op("conv_2d"), .inputs = {x, w}, .attributes = Attributes::of(Conv2dAttrs{})},
      hints)[0];
  const ValueId v =
      graph.add_constant("v", ops::sample_tensor(rng, DataType::kI8, {10, kDepth}), weights);
  graph.set_outputs(graph.add_node({.op = &op("fully_connected"),
                                    .inputs = {y, v},
                                    .attributes = Attributes::of(FullyConnectedAttrs{})},
                                   hints));
  return graph;
}

TEST(PrepareProgram, shares_constants_and_packed_weights_with_another_batch) {
  const Graph graph = open_network();
  ASSERT_TRUE(has_open_batch(graph));
  const auto one = prepare_program(graph);
  const auto many = prepare_program(graph, {.lower = {.shared_with = one.get()}, .batch = 100});
  int packed = 0;
  ASSERT_EQ(one->calls.size(), many->calls.size());
  for (size_t i = 0; i < one->calls.size(); ++i) {
    EXPECT_EQ(one->calls[i].packed, many->calls[i].packed) << one->calls[i].kernel->name;
    packed += one->calls[i].packed != nullptr;
  }
  EXPECT_EQ(packed, 2);
  for (size_t i = 0; i < one->buffers.size(); ++i) {
    EXPECT_EQ(one->buffers[i].constant, many->buffers[i].constant);
  }
}

TEST(PrepareProgram, packs_weights_of_another_network_anew) {
  const Graph graph = open_network();
  const auto one = prepare_program(graph);
  Graph other = graph;
  for (const ValueId id : other.values()) {
    Value& value = other.mutable_value(id);
    if (value.name != "w") continue;
    Tensor changed = *value.constant;
    changed.data<int8_t>()[0] ^= 1;
    value.constant = std::make_shared<const Tensor>(std::move(changed));
  }
  const auto two = prepare_program(other, {.lower = {.shared_with = one.get()}});
  EXPECT_NE(one->calls[0].packed, two->calls[0].packed);
  EXPECT_EQ(one->calls[1].packed, two->calls[1].packed);
}

}  // namespace
}  // namespace mote
