// Models that keep states between runs.
#include <gtest/gtest.h>

#include "mote/c_api/test_models.h"

namespace mote {
namespace {

using namespace test;

constexpr int64_t kSteps = 6;
constexpr int64_t kDepth = 5;
constexpr int64_t kUnits = 4;

// An LSTM over `steps` vectors, whose states live on.
Graph recurrent_network(int64_t steps) {
  Rng rng(6);
  Graph graph("lstm");
  const ValueId x = graph.add_input("x", {DataType::kF32, {1, steps, kDepth}});
  const auto weights = [&](Shape shape) {
    return graph.add_constant("w", ops::sample_tensor(rng, DataType::kF32, shape));
  };
  constexpr int kGates = 4;
  constexpr int kOperands = 24;
  std::vector<ValueId> operands = {x};
  for (int gate = 0; gate < kGates; ++gate) operands.push_back(weights({kUnits, kDepth}));
  for (int gate = 0; gate < kGates; ++gate) operands.push_back(weights({kUnits, kUnits}));
  operands.resize(operands.size() + 3);  // no peepholes
  for (int gate = 0; gate < kGates; ++gate) operands.push_back(weights({kUnits}));
  operands.resize(operands.size() + 2);  // no projection
  for (const char* name : {"h", "c"}) {
    operands.push_back(graph.add_state(name, Tensor(DataType::kF32, {1, kUnits})));
  }
  operands.resize(kOperands);
  graph.set_outputs(graph.add_node({.op = &op("unidirectional_sequence_lstm"),
                                    .name = "y",
                                    .inputs = operands,
                                    .attributes = Attributes::of(SequenceLstmAttrs{})}));
  return graph;
}

std::vector<float> sequence() {
  Rng rng(8);
  std::vector<float> values;
  for (int64_t i = 0; i < kSteps * kDepth; ++i) values.push_back(rng.uniform(-1.0F, 1.0F));
  return values;
}

// What the model gives for the steps of the sequence from `first` to before `last`.
std::vector<float> run_steps(mote_session* session, int64_t first, int64_t last) {
  std::memcpy(mote_session_input(session, 0), sequence().data() + first * kDepth,
              static_cast<size_t>((last - first) * kDepth) * sizeof(float));
  EXPECT_EQ(mote_session_run(session), MOTE_OK) << mote_last_error();
  const auto* y = static_cast<const float*>(mote_session_output(session, 0));
  return {y, y + (last - first) * kUnits};
}

std::vector<float> run_one_by_one(mote_session* session) {
  std::vector<float> outputs;
  for (int64_t step = 0; step < kSteps; ++step) {
    const std::vector<float> y = run_steps(session, step, step + 1);
    outputs.insert(outputs.end(), y.begin(), y.end());
  }
  return outputs;
}

struct Streaming : testing::Test {
  ModelOwner step = load(write_tflite(recurrent_network(1)));
  std::vector<float> whole =
      run_steps(open(load(write_tflite(recurrent_network(kSteps))).get()).get(), 0, kSteps);
};

TEST_F(Streaming, steps_give_what_one_call_over_the_sequence_gives) {
  EXPECT_GT(mote_model_state_bytes(step.get()), 0u);
  EXPECT_EQ(run_one_by_one(open(step.get()).get()), whole);
}

TEST_F(Streaming, reset_starts_the_sequence_anew) {
  const SessionOwner session = open(step.get());
  const std::vector<float> first = run_steps(session.get(), 0, 1);
  EXPECT_NE(run_steps(session.get(), 0, 1), first);
  mote_session_reset(session.get());
  EXPECT_EQ(run_one_by_one(session.get()), whole);
}

TEST_F(Streaming, sessions_have_states_of_their_own) {
  const SessionOwner one = open(step.get());
  const SessionOwner other = open(step.get());
  std::vector<float> outputs;
  for (int64_t t = 0; t < kSteps; ++t) {
    const std::vector<float> y = run_steps(one.get(), t, t + 1);
    outputs.insert(outputs.end(), y.begin(), y.end());
    EXPECT_EQ(run_steps(other.get(), t, t + 1), y);
  }
  EXPECT_EQ(outputs, whole);
}

}  // namespace
}  // namespace mote
