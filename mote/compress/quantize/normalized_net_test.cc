#include "mote/compress/quantize/normalized_net.h"

#include "mote/base/random.h"
#include "mote/compress/quantize/statistics.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/pipeline.h"

namespace mote::test {
namespace {

constexpr int64_t kSide = 12;
constexpr int64_t kInputChannels = 6;
constexpr int64_t kTrainingSamples = 12;

Tensor normal_tensor(Rng& rng, const Shape& shape, float scale) {
  Tensor tensor(DataType::kF32, shape);
  for (float& v : tensor.data<float>()) v = scale * static_cast<float>(rng.normal());
  return tensor;
}

ValueId add_weights(Graph& graph, Rng& rng, ValueId x, const NormalizedLayer& layer) {
  const int64_t ic = graph.value(x).type.shape[3];
  const bool depthwise = layer.op == "depthwise_conv_2d";
  Tensor w = depthwise ? normal_tensor(rng, {1, 3, 3, layer.channels}, 0.5f)
                       : normal_tensor(rng, {layer.channels, 1, 1, ic}, 0.5f);
  Conv2dAttrs attrs;
  if (depthwise) attrs.padding = {1, 1, 1, 1};
  std::vector<ValueId> inputs = {x, graph.add_constant("w", std::move(w))};
  if (!layer.normalized)
    inputs.push_back(graph.add_constant("b", normal_tensor(rng, {layer.channels}, 0.5f)));
  return graph.add_node(
      {.op = &op(layer.op), .inputs = std::move(inputs), .attributes = Attributes::of(attrs)})[0];
}

// Behind `y`, with the mean and variance that `y` has on the training samples.
ValueId add_batch_norm(Graph& graph, Rng& rng, ValueId y, float beta_scale) {
  Graph trained = graph;
  trained.set_outputs({y});
  const Statistics statistics =
      collect_statistics(trained, normal_samples(kTrainingSamples, 1), {}, {});
  const ChannelMoments& moments = statistics.of(y);
  const auto c = static_cast<int64_t>(moments.mean.size());
  Tensor gamma(DataType::kF32, {c});
  Tensor mean(DataType::kF32, {c});
  Tensor variance(DataType::kF32, {c});
  for (size_t i = 0; i < moments.mean.size(); ++i) {
    gamma.data<float>()[i] = rng.uniform(0.3f, 2.0f) * (i % 2 == 0 ? 1.0f : -1.0f);
    mean.data<float>()[i] = static_cast<float>(moments.mean[i]);
    variance.data<float>()[i] =
        static_cast<float>(moments.mean_square[i] - moments.mean[i] * moments.mean[i]);
  }
  const std::vector<ValueId> inputs = {
      y, graph.add_constant("gamma", std::move(gamma)),
      graph.add_constant("beta", normal_tensor(rng, {c}, beta_scale)),
      graph.add_constant("mean", std::move(mean)),
      graph.add_constant("variance", std::move(variance))};
  return graph.add_node({.op = &op("batch_norm"),
                         .inputs = inputs,
                         .attributes = Attributes::of(BatchNormAttrs{})})[0];
}

}  // namespace

SampleSource normal_samples(int64_t count, uint64_t seed) {
  SampleSource samples;
  samples.count = count;
  samples.inputs = [seed](int64_t index, const Graph& graph) {
    Rng rng(seed + 0x10001u * static_cast<uint64_t>(index));
    std::vector<Tensor> inputs;
    for (const ValueId id : graph.inputs())
      inputs.push_back(normal_tensor(rng, graph.value(id).type.shape.bind(1), 1.0f));
    return inputs;
  };
  return samples;
}

Graph normalized_net(uint64_t seed, const std::vector<NormalizedLayer>& layers) {
  Rng rng(seed);
  Graph graph("normalized");
  ValueId last = graph.add_input("x", {DataType::kF32, {kDynamic, kSide, kSide, kInputChannels}});
  for (const NormalizedLayer& layer : layers) {
    last = add_weights(graph, rng, last, layer);
    if (layer.normalized) last = add_batch_norm(graph, rng, last, layer.beta);
    if (layer.activation != Activation::kNone)
      last = graph.add_node({.op = &op(name(layer.activation)), .inputs = {last}})[0];
  }
  graph.set_outputs({last});
  run_exact_passes(graph);
  return graph;
}

}  // namespace mote::test
