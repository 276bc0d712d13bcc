#include "mote/compress/quantize/analytic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mote/compress/quantize/layers.h"
#include "mote/compress/quantize/normalized_net.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/compress/quantize/statistics.h"
#include "mote/compress/quantize/synthetic.h"
#include "mote/ir/text.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

using test::normal_samples;
using test::normalized_net;

// The first layer's results before its ReLU are 10 +- 2 on inputs in [-1, 1]: never below what is
// absorbed of them.
constexpr std::string_view kHighBias =
    "input %x: f32[N,8,8,2]\n"
    "const %w: f32[2,1,1,2] = [1, -1, 0.5, 0.5]\n"
    "const %b: f32[2] = [10, 10]\n"
    "%a = conv_2d(%x, %w, %b) {activation = relu}: f32[N,8,8,2] statistics([10, 10], [1, 0.5])\n"
    "const %v: f32[2,1,1,2] = [1, 2, -3, 4]\n"
    "const %c: f32[2] = [0, 1]\n"
    "%y = conv_2d(%a, %v, %c)\n"
    "output %y\n";

std::vector<float> outputs_of(const Graph& graph, const SampleSource& samples) {
  Executor executor(graph);
  std::vector<float> values;
  for (int64_t i = 0; i < samples.count; ++i) {
    const std::vector<Tensor> outputs = executor.run(samples.inputs(i, graph));
    const std::span<const float> data = outputs[0].data<float>();
    values.insert(values.end(), data.begin(), data.end());
  }
  return values;
}

TEST(Absorption, keeps_the_function_where_nothing_falls_below_it) {
  const Graph before = parse_graph(kHighBias, find_op);
  Graph after = before;
  EXPECT_EQ(absorb_high_biases(after), 2);
  const SampleSource samples = synthetic_samples(before, {.count = 4});
  const std::vector<float> expected = outputs_of(before, samples);
  const std::vector<float> found = outputs_of(after, samples);
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-4f);
}

TEST(Absorption, leaves_three_deviations_above_0) {
  Graph graph = parse_graph(kHighBias, find_op);
  absorb_high_biases(graph);
  const std::vector<Layer> layers = float_layers(graph);
  EXPECT_EQ(bias_of(graph, layers[0]), (std::vector<float>{3.0f, 1.5f}));
  EXPECT_EQ(bias_of(graph, layers[1]),
            (std::vector<float>{7.0f + 2.0f * 8.5f, 1.0f - 3.0f * 7.0f + 4.0f * 8.5f}));
  EXPECT_EQ(graph.node(layers[0].node).statistics->mean, (std::vector<float>{3.0f, 1.5f}));
}

TEST(Absorption, leaves_alone_what_a_padded_layer_or_the_outside_reads) {
  const std::string text(kHighBias);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return parse_graph(changed, find_op);
  };
  Graph padded = with("conv_2d(%a, %v, %c)", "conv_2d(%a, %v, %c) {padding = [1, 1, 1, 1]}");
  EXPECT_EQ(absorb_high_biases(padded), 0);
  Graph read_outside = with("output %y\n", "output %y\noutput %a\n");
  EXPECT_EQ(absorb_high_biases(read_outside), 0);
}

// The layer's weights as their integers say.
Graph with_rounded_weights(const Graph& graph, const Layer& layer) {
  Graph rounded = graph;
  const QuantizedWeights q =
      quantize_weight_tensor(*graph.value(layer.w).constant, Quantization::kPerTensor);
  std::vector<float> w;
  for (const int8_t step : q.values.data<int8_t>())
    w.push_back(static_cast<float>(step) * q.record.scale());
  set_weights(rounded, layer, w);
  return rounded;
}

// Sum over channels of |E[y_rounded - y]| of the output.
double output_bias(const Graph& exact, const Graph& rounded, const SampleSource& samples) {
  const auto means = [&](const Graph& graph) {
    return collect_statistics(graph, samples, {}, {}).of(graph.outputs()[0]).mean;
  };
  const std::vector<double> a = means(exact);
  const std::vector<double> b = means(rounded);
  double sum = 0.0;
  for (size_t c = 0; c < a.size(); ++c) sum += std::abs(b[c] - a[c]);
  return sum;
}

// One huge channel makes the rounding of all others coarse; half of the gammas are negative.
TEST(AnalyticCorrection, moves_the_measured_bias_towards_0_for_both_signs_of_gamma) {
  Graph graph =
      normalized_net(52, {{.channels = 32}, {.channels = 6, .activation = Activation::kNone}});
  Layer last = float_layers(graph)[1];
  std::vector<float> w(constant_floats(graph, last.w).begin(),
                       constant_floats(graph, last.w).end());
  w[0] *= 40.0f;
  set_weights(graph, last, w);
  last = float_layers(graph)[1];
  const SampleSource samples = normal_samples(16, 77);
  Graph corrected = graph;
  EXPECT_EQ(correct_biases_analytically(corrected, WeightScales::kPerTensor), 1);
  const double before = output_bias(graph, with_rounded_weights(graph, last), samples);
  const double after = output_bias(graph, with_rounded_weights(corrected, last), samples);
  EXPECT_GT(before, 0.0);
  EXPECT_LT(after, 0.2 * before);
}

TEST(AnalyticCorrection, needs_statistics) {
  Graph graph = normalized_net(53, {{.normalized = false}, {.normalized = false}});
  EXPECT_EQ(correct_biases_analytically(graph, WeightScales::kPerTensor), 0);
  EXPECT_EQ(absorb_high_biases(graph), 0);
}

}  // namespace
}  // namespace mote
