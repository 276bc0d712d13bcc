#include "mote/measure/cost.h"

#include <gtest/gtest.h>

#include "mote/measure/test_graphs.h"

namespace mote {
namespace {

TEST(ModelCost, counts_one_sample_of_a_dynamic_batch) {
  const ModelCost cost = model_cost(measure_test::relu_chain(10));
  ASSERT_EQ(cost.layers.size(), 2u);
  EXPECT_EQ(cost.layers[0].name, "first");
  EXPECT_EQ(cost.layers[0].activation_bytes, 40);
  EXPECT_EQ(cost.totals.activation_bytes, 80);
  EXPECT_EQ(cost.totals.parameters, 0);
}

// input + a at the first node; a + y at the second.
TEST(ModelCost, peak_is_the_largest_sum_alive_together) {
  const ModelCost cost = model_cost(measure_test::relu_chain(10));
  EXPECT_EQ(cost.layers[0].live_bytes, 80);
  EXPECT_EQ(cost.layers[1].live_bytes, 80);
  EXPECT_EQ(cost.totals.peak_activation_bytes, 80);
  EXPECT_EQ(cost.peak_layer, 0u);
}

TEST(ModelCost, a_value_read_late_stays_alive) {
  Graph graph("branch");
  const ValueId x = graph.add_input("x", {DataType::kF32, {1, 4}});
  const ValueId a = graph.add_node({.op = &op("relu"), .inputs = {x}})[0];
  const ValueId b = graph.add_node({.op = &op("relu"), .inputs = {a}})[0];
  const ValueId c = graph.add_node({.op = &op("relu6"), .inputs = {x}})[0];
  graph.set_outputs({b, c});
  const ModelCost cost = model_cost(graph);
  EXPECT_EQ(cost.layers[1].live_bytes, 48);  // x, a, b
  EXPECT_EQ(cost.layers[2].live_bytes, 48);  // x, b, c
}

TEST(ModelCost, an_empty_graph_costs_nothing) {
  Graph graph("through");
  const ValueId x = graph.add_input("x", {DataType::kF32, {1, 4}});
  graph.set_outputs({x});
  EXPECT_EQ(model_cost(graph).totals.peak_activation_bytes, 0);
}

}  // namespace
}  // namespace mote
