#include "mote/compress/quantize/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mote/compress/quantize/normalized_net.h"
#include "mote/compress/quantize/statistics.h"
#include "mote/ir/text.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

using test::normal_samples;
using test::normalized_net;

Distributions distributions_of(std::string_view text) {
  return known_distributions(parse_graph(text, find_op));
}

Distribution of_output(const Graph& graph) {
  return known_distributions(graph).at(graph.outputs()[0].index);
}

constexpr std::string_view kLayer =
    "input %x: f32[N,4,4,1]\n"
    "const %w: f32[2,1,1,1] = [1, 2]\n"
    "const %b: f32[2] = [0, 0]\n"
    "%a = conv_2d(%x, %w, %b): f32[N,4,4,2] statistics([1, -2], [0.5, 3])\n";

TEST(Distributions, are_those_of_data_with_the_statistics_of_batch_norm) {
  const Graph graph = normalized_net(31, {{.channels = 32},
                                          {.channels = 32, .activation = Activation::kRelu6},
                                          {.channels = 32, .activation = Activation::kNone},
                                          {}});
  const Statistics measured = collect_statistics(graph, normal_samples(16, 99), {}, {});
  const Distributions known = known_distributions(graph);
  ASSERT_EQ(known.size(), 4u);
  for (const auto& [index, distribution] : known) {
    EXPECT_TRUE(distribution.direct);
    const ChannelMoments& moments = measured.values.at(index);
    for (size_t c = 0; c < distribution.channels.size(); ++c) {
      const ClampedNormal& channel = distribution.channels[c];
      EXPECT_NEAR(expectation(channel), moments.mean[c], 0.12 * channel.stddev) << c;
      const double spread =
          std::sqrt(std::max(0.0, moments.mean_square[c] - moments.mean[c] * moments.mean[c]));
      EXPECT_NEAR(std::sqrt(variance(channel)), spread, 0.2 * channel.stddev) << c;
    }
  }
}

TEST(Distributions, of_a_sum_add_means_and_variances) {
  const Graph graph = parse_graph(std::string(kLayer) + "%y = add(%a, %a)\noutput %y\n", find_op);
  const Distribution y = of_output(graph);
  EXPECT_FALSE(y.direct);
  EXPECT_DOUBLE_EQ(y.channels[0].mean, 2.0);
  EXPECT_DOUBLE_EQ(y.channels[1].stddev, std::sqrt(18.0));
}

TEST(Distributions, pass_clips_leaky_relus_and_padding_with_channels) {
  const Graph graph = parse_graph(std::string(kLayer) +
                                      "const %six: f32[2] = [6, 3]\n"
                                      "%c = minimum(%a, %six)\n"
                                      "%l = leaky_relu(%c) {alpha = 0.25}\n"
                                      "%y = pad(%l) {before = [0, 0, 0, 1], after = [0, 0, 0, 0]}\n"
                                      "output %y\n",
                                  find_op);
  const Distribution y = of_output(graph);
  ASSERT_EQ(y.channels.size(), 3u);
  EXPECT_EQ(expectation(y.channels[0]), 0.0);
  EXPECT_DOUBLE_EQ(reach(y.channels[2], 6.0), 3.0);
  EXPECT_DOUBLE_EQ(reach(y.channels[2], -6.0), -5.0);
}

TEST(Distributions, know_only_the_mean_behind_averages_and_layers_without_statistics) {
  const Graph graph = parse_graph(std::string(kLayer) +
                                      "%m = mean(%a) {axes = [1, 2]}\n"
                                      "const %v: f32[1,2] = [3, 1]\n"
                                      "const %d: f32[1] = [0.5]\n"
                                      "%y = fully_connected(%m, %v, %d)\n"
                                      "output %y\n",
                                  find_op);
  const Distribution y = of_output(graph);
  EXPECT_TRUE(y.mean_only);
  EXPECT_DOUBLE_EQ(y.channels[0].mean, 0.5 + 3.0 * 1.0 + 1.0 * -2.0);
}

TEST(Distributions, stop_where_they_do_not_follow) {
  const Distributions known =
      distributions_of(std::string(kLayer) +
                       "%t = tanh(%a)\n"
                       "%p = max_pool_2d(%a) {kernel = [2, 2], stride = [2, 2]}\n"
                       "%y = add(%t, %a)\noutput %y\noutput %p\n");
  EXPECT_EQ(known.size(), 1u);
}

}  // namespace
}  // namespace mote
