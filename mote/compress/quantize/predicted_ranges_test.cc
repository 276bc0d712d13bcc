#include "mote/compress/quantize/predicted_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mote/compress/quantize/layers.h"
#include "mote/compress/quantize/normalized_net.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/ir/graph_edit.h"
#include "mote/ir/text.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

using test::normal_samples;
using test::normalized_net;
using test::NormalizedLayer;

const std::vector<NormalizedLayer> kLayers = {
    {}, {.activation = Activation::kRelu6}, {.op = "depthwise_conv_2d"}, {}};

const QuantizeStep& step_of(const QuantizeResult& result, std::string_view name) {
  return *std::find_if(result.steps.begin(), result.steps.end(),
                       [&](const QuantizeStep& step) { return step.name == name; });
}

QuantizeOptions in_range(float reach) { return {.input_ranges = {{-reach, reach}}}; }

TEST(PredictedRanges, hold_what_data_with_the_statistics_of_batch_norm_reach) {
  const Graph graph = normalized_net(41, kLayers);
  const Statistics measured = collect_statistics(graph, normal_samples(8, 99), {}, {});
  const ValueRanges seen = ranges_from_statistics(graph, measured, 1.0f, {});
  const ValueRanges predicted = predicted_ranges(graph, seen, Prediction::kBatchNorm);
  for (const Layer& layer : float_layers(graph)) {
    const RealRange& real = seen.at(layer.y.index);
    const RealRange& range = predicted.at(layer.y.index);
    EXPECT_LE(range.low, real.low);
    EXPECT_GE(range.high, 0.8f * real.high);
    EXPECT_LE(range.high, 2.0f * real.high);
  }
}

TEST(PredictedRanges, are_taken_and_named_without_samples) {
  const QuantizeResult result = quantize(normalized_net(42, kLayers), {}, in_range(3.0f), {});
  EXPECT_TRUE(step_of(result, "ranges").kept);
  EXPECT_NE(result.range_source.find("1 from the declared input range"), std::string::npos);
  EXPECT_NE(result.range_source.find("4 from batch norm"), std::string::npos)
      << result.range_source;
}

TEST(PredictedRanges, are_undone_when_the_statistics_are_wrong) {
  Graph graph = normalized_net(43, kLayers);
  GraphEdit edit(graph);
  for (const Layer& layer : float_layers(graph)) {
    auto wrong = std::make_shared<ChannelStatistics>(*graph.node(layer.node).statistics);
    for (float& v : wrong->stddev) v *= 100.0f;
    edit->mutable_node(layer.node).statistics = std::move(wrong);
  }
  edit.commit();
  const QuantizeResult result = quantize(graph, {}, in_range(3.0f), {});
  EXPECT_FALSE(step_of(result, "ranges").kept);
  EXPECT_EQ(result.range_source.find("batch norm"), std::string::npos) << result.range_source;
  EXPECT_NE(result.range_source.find("synthetic inputs"), std::string::npos);
}

TEST(PredictedRanges, and_what_else_needs_statistics_say_that_they_do_not_apply) {
  std::vector<NormalizedLayer> layers = kLayers;
  for (NormalizedLayer& layer : layers) layer.normalized = false;
  const QuantizeResult result = quantize(normalized_net(44, layers), {}, in_range(3.0f), {});
  for (const char* name : {"ranges", "absorb-bias", "correct-bias-analytic"}) {
    EXPECT_FALSE(step_of(result, name).applies) << name;
    EXPECT_NE(step_of(result, name).detail.find("batch norm statistics"), std::string::npos)
        << step_of(result, name).detail;
  }
}

TEST(RangeSources, count_clips_per_channel) {
  const Graph graph = parse_graph(
      "input %x: f32[N,4,4,1]\n"
      "const %w: f32[2,1,1,1] = [1, 2]\n"
      "%a = conv_2d(%x, %w) {activation = relu}\n"
      "const %limit: f32[2] = [6, 3]\n"
      "%y = minimum(%a, %limit)\n"
      "output %y\n",
      find_op);
  ValueRanges ranges;
  for (const ValueId id : graph.values()) {
    if (graph.value(id).kind != ValueKind::kConstant) ranges[id.index] = {0.0f, 6.0f};
  }
  EXPECT_EQ(describe_sources(range_sources(graph, ranges, Prediction::kNone)),
            "1 from the declared input range, 1 from clip bounds");
}

TEST(RangeSources, count_clips_where_both_bounds_are_reached) {
  const Graph graph = normalized_net(
      45, {{.activation = Activation::kRelu6, .normalized = false}, {.normalized = false}});
  const std::vector<Layer> layers = float_layers(graph);
  const ValueRanges ranges = {{graph.inputs()[0].index, {-1.0f, 1.0f}},
                              {layers[0].y.index, {0.0f, 6.0f}},
                              {layers[1].y.index, {0.0f, 6.0f}}};
  EXPECT_EQ(describe_sources(range_sources(graph, ranges, Prediction::kNone)),
            "1 from the declared input range, 1 from clip bounds, 1 from synthetic inputs");
}

}  // namespace
}  // namespace mote
