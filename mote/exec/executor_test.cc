#include "mote/exec/executor.h"

#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/base/random.h"
#include "mote/ops/facets.h"
#include "mote/ops/nn_attrs.h"
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

/// An LSTM over a sequence, and the same over one step.
struct Lstm {
  Graph whole;
  Graph step;
  int64_t steps = 0;
  size_t time_axis = 0;

  Lstm(uint64_t seed, SampleKind kind) {
    Rng rng(seed);
    whole = *op("unidirectional_sequence_lstm").sample(rng, kind);
    const Node& node = whole.node(whole.topological_order()[0]);
    time_axis = node.attrs<SequenceLstmAttrs>().time_major ? 0 : 1;
    step = whole;
    Shape& shape = step.mutable_value(step.inputs()[0]).type.shape;
    steps = std::exchange(shape[static_cast<int>(time_axis)], 1);
    step.infer_types();
  }
};

/// Step `t` of a tensor [batch,time,features], or [time,batch,features] with `time_axis` 0.
Tensor at_step(const Tensor& sequence, size_t time_axis, int64_t t) {
  Shape shape = sequence.shape();
  const int64_t outer = time_axis == 0 ? 1 : shape[0];
  const int64_t steps = std::exchange(shape[static_cast<int>(time_axis)], 1);
  Tensor one(sequence.dtype(), shape);
  const size_t bytes = one.size_bytes() / static_cast<size_t>(outer);
  for (int64_t n = 0; n < outer; ++n) {
    copy_bytes(one.bytes() + static_cast<size_t>(n) * bytes,
               sequence.bytes() + static_cast<size_t>(n * steps + t) * bytes, bytes);
  }
  return one;
}

TEST(ExecutorState, one_call_over_a_sequence_equals_a_call_per_step) {
  for (const SampleKind kind : {SampleKind::kF32, SampleKind::kI8, SampleKind::kI16}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const Lstm lstm(seed, kind);
      Rng rng(seed);
      const TensorType& type = lstm.whole.value(lstm.whole.inputs()[0]).type;
      const std::vector<Tensor> x = {ops::sample_tensor(rng, type.dtype, type.shape)};
      const Tensor y = Executor(lstm.whole).run(x)[0];
      Executor stepwise(lstm.step);
      for (int round = 0; round < 2; ++round) {  // the second behind a reset
        for (int64_t t = 0; t < lstm.steps; ++t) {
          const std::vector<Tensor> input = {at_step(x[0], lstm.time_axis, t)};
          EXPECT_EQ(stepwise.run(input)[0], at_step(y, lstm.time_axis, t))
              << name(kind) << ", seed " << seed << ", step " << t << ", round " << round;
        }
        stepwise.reset();
      }
    }
  }
}

}  // namespace
}  // namespace mote
