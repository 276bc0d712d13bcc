// Networks that TensorFlow Lite Micro refuses, against LiteRT's reference kernels: dynamic range
// and the older u8 kind, from the files as they came.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mote/formats/model_file.h"
#include "tests/peer.h"
#include "tests/samples.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr int kInputs = 8;

/// What LiteRT and we give for one input.
struct Pair {
  Tensor theirs;
  Tensor ours;
};

/// Both runtimes on `kInputs` random inputs of a model with one input and one output.
std::vector<Pair> run_both(const fs::path& file) {
  const Graph graph = load_model(file);
  const TensorType& in = graph.value(graph.inputs()[0]).type;
  const std::string model = read_text_file(file);
  test::PeerBatch batch;
  std::vector<Pair> pairs;
  Rng rng(3);
  for (int i = 0; i < kInputs; ++i) {
    const std::vector<Tensor> inputs = {ops::sample_tensor(rng, in.dtype, in.shape.bind(1))};
    batch.add(std::to_string(i), std::as_bytes(std::span(model)), inputs);
    Tensor ours = Executor(graph, {.numerics = Numerics::kLitert}).run(inputs)[0];
    pairs.push_back({Tensor(ours.dtype(), ours.shape()), std::move(ours)});
  }
  EXPECT_TRUE(batch.run("litert"));
  for (int i = 0; i < kInputs; ++i) {
    const std::optional<std::string> bytes = batch.outputs(std::to_string(i));
    Tensor& theirs = pairs[static_cast<size_t>(i)].theirs;
    if (!bytes || bytes->size() != theirs.size_bytes()) {
      throw Error(ErrorKind::kIo, batch.refusal(std::to_string(i)));
    }
    copy_bytes(theirs.bytes(), bytes->data(), theirs.size_bytes());
  }
  return pairs;
}

class LitertModels : public testing::Test {
 protected:
  void SetUp() override {
    if (!shared_data()) GTEST_SKIP() << kNoSharedData;
    if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
  }
};

TEST_F(LitertModels, dynamic_range_keyword_spotter_agrees_within_the_float_tolerance) {
  for (const Pair& pair : run_both(*shared_data() / "models/kws_hybrid.tflite")) {
    EXPECT_TRUE(test::same(pair.theirs, pair.ours));
  }
}

TEST_F(LitertModels, u8_mobilenet_gives_the_same_bytes) {
  for (const Pair& pair : run_both(*shared_data() / "models/mobilenet_v1_0.25_128_uint8.tflite")) {
    EXPECT_TRUE(test::same(pair.theirs, pair.ours));
  }
}

}  // namespace
}  // namespace mote
