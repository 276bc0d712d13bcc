// What the tests of the C API share: a small network, owners of its objects, one run.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "mote/c_api/mote.h"
#include "mote/exec/executor.h"
#include "mote/formats/tflite/tflite_model.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::test {

/// A convolution and a residual addition of i8, large enough for two threads.
inline Graph small_network(int64_t batch = 1) {
  Rng rng(3);
  Graph graph("small");
  const Quantization record = Quantization::per_tensor(0.05f, 3);
  const ValueId x = graph.add_input("x", {DataType::kI8, {batch, 24, 24, 32}, record});
  const ValueId w = graph.add_constant("w", ops::sample_tensor(rng, DataType::kI8, {32, 3, 3, 32}),
                                       Quantization::per_tensor(0.01f, 0));
  Conv2dAttrs attrs;
  attrs.padding = {1, 1, 1, 1};
  const Graph::OutputHints hints{.names = {}, .quantization = {record}};
  const ValueId y = graph.add_node(
      {.op = &op("conv_2d"), .inputs = {x, w}, .attributes = Attributes::of(attrs)}, hints)[0];
  const ValueId sum = graph.add_node(
      {.op = &op("add"), .inputs = {x, y}, .attributes = Attributes::of(BinaryAttrs{})}, hints)[0];
  graph.rename(sum, "sum");
  graph.set_outputs({sum});
  return graph;
}

inline std::vector<std::byte> small_file() { return write_tflite(small_network()); }

inline Tensor small_input() {
  Rng rng(4);
  return ops::sample_tensor(rng, DataType::kI8, {1, 24, 24, 32});
}

struct Freer {
  void operator()(mote_model* model) const { mote_model_free(model); }
  void operator()(mote_session* session) const { mote_session_free(session); }
};
using ModelOwner = std::unique_ptr<mote_model, Freer>;
using SessionOwner = std::unique_ptr<mote_session, Freer>;

inline mote_model_options with_threads(int32_t threads) {
  mote_model_options options{};
  options.struct_size = sizeof options;
  options.threads = threads;
  return options;
}

inline ModelOwner load(const std::vector<std::byte>& file,
                       const mote_model_options* options = nullptr) {
  mote_model* model = nullptr;
  EXPECT_EQ(mote_model_from_memory(file.data(), file.size(), options, &model), MOTE_OK)
      << mote_last_error();
  return ModelOwner(model);
}

inline SessionOwner open(const mote_model* model, const mote_threads* threads = nullptr) {
  mote_session* session = nullptr;
  EXPECT_EQ(mote_session_create(model, threads, &session), MOTE_OK) << mote_last_error();
  return SessionOwner(session);
}

inline Tensor run(mote_session* session, const Tensor& input) {
  std::memcpy(mote_session_input(session, 0), input.bytes(), input.size_bytes());
  EXPECT_EQ(mote_session_run(session), MOTE_OK) << mote_last_error();
  Tensor output(input.dtype(), input.shape());
  std::memcpy(output.bytes(), mote_session_output(session, 0), output.size_bytes());
  return output;
}

inline Tensor expected_output() {
  return Executor(small_network(), {.kernels = Kernels::kReference})
      .run(std::vector{small_input()})[0];
}

}  // namespace mote::test
