#include "mote/exec/executor.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

Graph relu_twice() {
  Graph graph("twice");
  const ValueId x = graph.add_input("x", {DataType::kF32, {kDynamic, 2}});
  const ValueId a = graph.add_node({.op = &op("relu"), .inputs = {x}})[0];
  graph.set_outputs(graph.add_node({.op = &op("relu6"), .inputs = {a}}));
  return graph;
}

TEST(Executor, binds_the_batch_of_its_inputs) {
  Executor executor(relu_twice());
  const std::vector<Tensor> two = {Tensor::of<float>({2, 2}, {-1.0f, 3.0f, 7.0f, 0.5f})};
  EXPECT_EQ(executor.run(two)[0], Tensor::of<float>({2, 2}, {0.0f, 3.0f, 6.0f, 0.5f}));
  const std::vector<Tensor> one = {Tensor::of<float>({1, 2}, {-1.0f, 9.0f})};
  EXPECT_EQ(executor.run(one)[0], Tensor::of<float>({1, 2}, {0.0f, 6.0f}));
}

TEST(Executor, names_the_input_that_does_not_fit) {
  Executor executor(relu_twice());
  const std::vector<Tensor> wrong = {Tensor(DataType::kI8, {1, 2})};
  try {
    executor.run(wrong);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "input 'x' takes f32[N,2], but i8[1,2] was given");
  }
}

TEST(Executor, shows_each_node_to_the_hook_in_order) {
  Executor executor(relu_twice());
  std::vector<std::string> seen;
  executor.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
    seen.push_back(node.name + to_string(outputs[0].shape));
  });
  const std::vector<Tensor> inputs = {Tensor(DataType::kF32, {3, 2})};
  executor.run(inputs);
  EXPECT_EQ(seen, (std::vector<std::string>{"relu[3,2]", "relu6[3,2]"}));
}

}  // namespace
}  // namespace mote
