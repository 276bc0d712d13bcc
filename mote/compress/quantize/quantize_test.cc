#include "mote/compress/quantize/quantize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mote/compress/quantize/dead_channels.h"
#include "mote/compress/quantize/fidelity.h"
#include "mote/compress/quantize/overflow.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/compress/quantize/scaling.h"
#include "mote/compress/quantize/synthetic.h"
#include "mote/measure/real_values.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

Tensor normal_tensor(Rng& rng, const Shape& shape, float scale) {
  Tensor tensor(DataType::kF32, shape);
  for (float& v : tensor.data<float>()) v = scale * static_cast<float>(rng.normal());
  return tensor;
}

struct Built {
  Graph graph;
  ValueId last;
};

// Channel scales differ by up to 100 between the layers, as in networks that batch norm was folded
// into.
void add_layer(Built& built, Rng& rng, std::string_view kind, int64_t oc, Activation activation) {
  const int64_t ic = built.graph.value(built.last).type.shape[3];
  const bool depthwise = kind == "depthwise_conv_2d";
  const int64_t k = depthwise ? 3 : 1;
  Tensor w = normal_tensor(rng, depthwise ? Shape{1, k, k, oc} : Shape{oc, k, k, ic}, 0.5f);
  Tensor b = normal_tensor(rng, {oc}, 0.2f);
  std::vector<float> scale(static_cast<size_t>(oc));
  for (float& s : scale) s = static_cast<float>(std::exp(rng.uniform(-2.3f, 2.3f)));
  const auto data = w.data<float>();
  for (size_t e = 0; e < data.size(); ++e) {
    const size_t o = depthwise ? e % static_cast<size_t>(oc) : e / static_cast<size_t>(k * k * ic);
    data[e] *= scale[o];
  }
  const ValueId wi = built.graph.add_constant("w", std::move(w));
  const ValueId bi = built.graph.add_constant("b", std::move(b));
  Conv2dAttrs attrs{.activation = activation};
  if (depthwise) attrs.padding = {1, 1, 1, 1};
  built.last = built.graph.add_node({.op = &op(kind),
                                     .name = "layer" + std::to_string(wi.index),
                                     .inputs = {built.last, wi, bi},
                                     .attributes = Attributes::of(attrs)})[0];
}

// conv, then a residual block of conv, depthwise, conv.
Graph block_net(uint64_t seed, Activation activation) {
  Rng rng(seed);
  Built built;
  built.graph = Graph("block");
  built.last = built.graph.add_input("x", {DataType::kF32, {kDynamic, 12, 12, 3}});
  add_layer(built, rng, "conv_2d", 8, Activation::kNone);
  const ValueId trunk = built.last;
  add_layer(built, rng, "conv_2d", 16, activation);
  add_layer(built, rng, "depthwise_conv_2d", 16, activation);
  add_layer(built, rng, "conv_2d", 8, Activation::kNone);
  built.last =
      built.graph.add_node({.op = &op("add"), .name = "sum", .inputs = {trunk, built.last}})[0];
  add_layer(built, rng, "conv_2d", 5, Activation::kNone);
  built.graph.set_outputs({built.last});
  return std::move(built.graph);
}

std::vector<float> answer(const Graph& graph, const SampleSource& samples, int64_t index) {
  Executor executor(graph);
  const std::vector<Tensor> outputs = executor.run(samples.inputs(index, graph));
  return real_values(outputs[0].view(), graph.value(graph.outputs()[0]).type);
}

double relative_error(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0.0;
  double norm = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    norm += std::pow(static_cast<double>(a[i]), 2);
  }
  return std::sqrt(difference / norm);
}

class Scaling : public testing::TestWithParam<ClipRule> {};

TEST_P(Scaling, keeps_the_function) {
  for (const Activation activation : {Activation::kNone, Activation::kRelu, Activation::kRelu6}) {
    const Graph graph = block_net(11, activation);
    const SampleSource samples = synthetic_samples(graph, {.count = 4});
    const Statistics statistics = collect_statistics(graph, samples, {}, {});
    ScalingProblem problem = scaling_problem(graph, statistics, {.clip = GetParam()});
    equalize(problem);
    balance_noise(problem);
    Graph scaled = graph;
    apply_scales(scaled, problem);
    EXPECT_LT(relative_error(answer(graph, samples, 1), answer(scaled, samples, 1)), 1e-5)
        << name(activation);
  }
}
INSTANTIATE_TEST_SUITE_P(Both, Scaling, testing::Values(ClipRule::kPerChannel, ClipRule::kGuarded));

TEST(Equalize, makes_the_ranges_of_both_sides_equal) {
  const Graph graph = block_net(12, Activation::kRelu);
  const SampleSource samples = synthetic_samples(graph, {.count = 1});
  ScalingProblem problem = scaling_problem(graph, collect_statistics(graph, samples, {}, {}), {});
  const EqualizeResult result = equalize(problem, {.tolerance = 1e-6});
  EXPECT_LT(result.last_change, 1e-6);
  Graph scaled = graph;
  apply_scales(scaled, problem);
  const std::vector<Layer> layers = float_layers(scaled);
  std::vector<float> rows(16, 0.0f);
  std::vector<float> columns(16, 0.0f);
  const auto w1 = constant_floats(scaled, layers[1].w);
  for_each_weight(layers[1], [&](size_t e, int64_t o, int64_t, int64_t) {
    rows[static_cast<size_t>(o)] = std::max(rows[static_cast<size_t>(o)], std::abs(w1[e]));
  });
  const auto w2 = constant_floats(scaled, layers[2].w);
  for_each_weight(layers[2], [&](size_t e, int64_t, int64_t i, int64_t) {
    columns[static_cast<size_t>(i)] = std::max(columns[static_cast<size_t>(i)], std::abs(w2[e]));
  });
  for (size_t c = 0; c < rows.size(); ++c) EXPECT_NEAR(rows[c] / columns[c], 1.0, 1e-4) << c;
}

TEST(Quantize, recovers_per_tensor_weights_without_data) {
  const Graph graph = block_net(13, Activation::kRelu6);
  const QuantizeResult result = quantize(graph, {}, {.weights = WeightScales::kPerTensor}, {});
  EXPECT_GT(result.sqnr_db, result.steps.front().sqnr_db + 3.0);
  EXPECT_GT(result.sqnr_db, 20.0);
  const Value& output = result.graph.value(result.graph.outputs()[0]);
  EXPECT_EQ(output.type.dtype, DataType::kI8);
}

TEST(Quantize, does_not_depend_on_the_number_of_threads) {
  const Graph graph = block_net(14, Activation::kRelu6);
  const SampleSource samples = synthetic_samples(graph, {.count = 5, .seed = 3});
  const QuantizeResult one = quantize(graph, samples, {.threads = 1}, {});
  const QuantizeResult three = quantize(graph, samples, {.threads = 3}, {});
  EXPECT_EQ(one.sqnr_db, three.sqnr_db);
  EXPECT_EQ(answer(one.graph, samples, 0), answer(three.graph, samples, 0));
}

TEST(Quantize, keeps_float_inputs_outputs_and_excluded_layers) {
  const Graph graph = block_net(15, Activation::kRelu);
  const QuantizeResult result = quantize(graph, {},
                                         {.inputs = BoundaryType::kFloat,
                                          .outputs = BoundaryType::kFloat,
                                          .exclude_ops = {"depthwise_conv_2d"}},
                                         {});
  EXPECT_EQ(result.graph.value(result.graph.inputs()[0]).type.dtype, DataType::kF32);
  EXPECT_EQ(result.graph.value(result.graph.outputs()[0]).type.dtype, DataType::kF32);
  ASSERT_EQ(result.float_nodes.size(), 1u);
  EXPECT_EQ(result.float_nodes[0].second, "excluded");
}

TEST(Quantize, runs_every_scheme) {
  const Graph graph = block_net(16, Activation::kRelu);
  for (const QuantScheme scheme : enum_values(QuantScheme{})) {
    const QuantizeResult result = quantize(graph, {}, {.scheme = scheme}, {});
    EXPECT_GT(result.sqnr_db, scheme == QuantScheme::kInt8 ? 20.0 : 35.0) << name(scheme);
  }
}

TEST(Quantize, refuses_to_exclude_what_is_not_there) {
  EXPECT_THROW(quantize(block_net(17, Activation::kRelu), {}, {.exclude_nodes = {"nobody"}}, {}),
               Error);
}

// The second layer has a channel of huge weights that its bias keeps closed: with one scale for all
// weights, the others become 0.
Graph net_with_a_bad_layer() {
  Rng rng(23);
  Built built;
  built.graph = Graph("bad");
  built.last = built.graph.add_input("x", {DataType::kF32, {kDynamic, 12, 12, 3}});
  add_layer(built, rng, "conv_2d", 8, Activation::kRelu);
  add_layer(built, rng, "conv_2d", 8, Activation::kRelu);
  add_layer(built, rng, "conv_2d", 6, Activation::kNone);
  built.graph.set_outputs({built.last});
  const Layer bad = float_layers(built.graph)[1];
  const std::span<const float> old = constant_floats(built.graph, bad.w);
  std::vector<float> w(old.begin(), old.end());
  std::fill_n(w.begin(), bad.ic, 3e3f);
  std::vector<float> b = bias_of(built.graph, bad);
  b[0] = -1e6f;
  set_weights(built.graph, bad, w);
  set_bias(built.graph, bad, b);
  return std::move(built.graph);
}

TEST(MaxDrop, leaves_only_the_bad_layer_float) {
  const Graph graph = net_with_a_bad_layer();
  const std::string bad = graph.node(float_layers(graph)[1].node).name;
  const QuantizeOptions plain{.weights = WeightScales::kPerTensor,
                              .skip_steps = {"zero-dead-channels", "equalize", "balance-noise"}};
  const QuantizeResult before = quantize(graph, {}, plain, {});
  ASSERT_LT(before.agreement, 1.0);
  QuantizeOptions bounded = plain;
  bounded.max_drop = 50.0 * (1.0 - before.agreement);
  const QuantizeResult result = quantize(graph, {}, bounded, {});
  ASSERT_EQ(result.float_nodes.size(), 1u);
  EXPECT_EQ(result.float_nodes[0].first, bad);
  EXPECT_LE(*result.drop, *bounded.max_drop);
}

// Two classes closer than a step of the sum that is the output, which is no layer and stays
// integer.
TEST(MaxDrop, says_when_the_bound_cannot_be_met) {
  Rng rng(24);
  Built built;
  built.last = built.graph.add_input("x", {DataType::kF32, {kDynamic, 12, 12, 3}});
  add_layer(built, rng, "conv_2d", 3, Activation::kNone);
  const Layer layer = float_layers(built.graph)[0];
  set_weights(built.graph, layer, std::vector<float>(9, 0.0f));
  set_bias(built.graph, layer, std::vector<float>{100.0f, 100.01f, -50.0f});
  built.last = built.graph.add_node(
      {.op = &op("add"), .name = "sum", .inputs = {built.last, built.last}})[0];
  built.graph.set_outputs({built.last});
  const QuantizeResult result = quantize(built.graph, {}, {.max_drop = 0.0}, {});
  EXPECT_DOUBLE_EQ(*result.drop, 100.0);
  EXPECT_EQ(result.float_nodes.size(), 1u);
  EXPECT_NE(result.notes.front().find("cannot be met"), std::string::npos) << result.notes.front();
}

// A softmax that is nearly always 0 or 1 hides the noise of its input.
TEST(Fidelity, is_measured_before_a_softmax) {
  Graph graph = block_net(25, Activation::kRelu);
  const ValueId logits = graph.outputs()[0];
  Graph with_softmax = graph;
  const ValueId y = with_softmax.add_node({.op = &op("softmax"),
                                           .name = "softmax",
                                           .inputs = {logits},
                                           .attributes = Attributes::of(SoftmaxAttrs{})})[0];
  with_softmax.set_outputs({y});
  const SampleSource samples = synthetic_samples(graph, {.count = 2});
  const Statistics statistics = collect_statistics(graph, samples, {}, {});
  const ValueRanges ranges = ranges_from_statistics(graph, statistics, 1.0f, {});
  ValueRanges more = ranges;
  more[y.index] = {0.0f, 1.0f};
  const double plain = FidelityProbe(graph, samples, {}, {})
                           .measure(quantize_graph(graph, ranges, {}).graph, {})
                           .sqnr_db;
  const double behind = FidelityProbe(with_softmax, samples, {}, {})
                            .measure(quantize_graph(with_softmax, more, {}).graph, {})
                            .sqnr_db;
  EXPECT_DOUBLE_EQ(plain, behind);
}

TEST(DeadChannels, zeroing_keeps_the_function) {
  Graph graph = block_net(18, Activation::kRelu);
  const Layer layer = float_layers(graph)[1];
  std::vector<float> w(constant_floats(graph, layer.w).begin(),
                       constant_floats(graph, layer.w).end());
  std::vector<float> b = bias_of(graph, layer);
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t, int64_t) {
    if (o == 3) w[e] = 1e-12f;
  });
  b[3] = -0.5f;
  set_weights(graph, layer, w);
  set_bias(graph, layer, b);
  const SampleSource samples = synthetic_samples(graph, {.count = 1});
  const std::vector<float> before = answer(graph, samples, 0);
  EXPECT_GE(zero_dead_channels(graph).zeroed, 1);
  EXPECT_LT(relative_error(before, answer(graph, samples, 0)), 1e-6);
}

TEST(Overflow, is_proven_impossible_for_a_small_network) {
  const QuantizeResult result = quantize(block_net(19, Activation::kRelu), {}, {}, {});
  const OverflowReport report = check_accumulators(result.graph);
  EXPECT_EQ(report.layers, 5);
  EXPECT_TRUE(report.layers_at_risk.empty());
  EXPECT_LT(report.largest_share, 0.5);
}

}  // namespace
}  // namespace mote
