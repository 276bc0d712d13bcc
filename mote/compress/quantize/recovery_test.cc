// What recovery promises whatever the steps give: the same bytes for any number of threads, ranges
// that do not depend on how samples are batched, accumulators that are proven or named.
#include <gtest/gtest.h>

#include <algorithm>

#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/normalized_net.h"
#include "mote/compress/quantize/overflow.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/ir/text.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

using test::normal_samples;
using test::normalized_net;

TEST(Recovery, gives_the_same_bytes_for_any_threads_when_biases_are_corrected_in_batches) {
  const Graph graph = normalized_net(61, {{}, {.op = "depthwise_conv_2d"}, {}});
  const SampleSource samples = normal_samples(7, 5);
  QuantizeOptions options{.inputs = BoundaryType::kFloat, .threads = 1};
  // At most three samples at a time: three batches.
  int64_t bytes = 1;
  while (correction_batches(graph, DataType::kI8, samples.count, bytes).size() > 3) ++bytes;
  options.method.correction_bytes = bytes;
  const QuantizeResult one = quantize(graph, samples, options, {});
  ASSERT_EQ(one.steps.back().name, "correct-bias");
  ASSERT_NE(one.steps.back().detail.find("7 samples, "), std::string::npos);
  ASSERT_EQ(one.steps.back().detail.find("7 at a time"), std::string::npos);
  options.threads = 3;
  EXPECT_EQ(print(one.graph), print(quantize(graph, samples, options, {}).graph));
}

// `samples`, so many joined along the batch.
SampleSource in_batches(const SampleSource& samples, int64_t size) {
  SampleSource batches;
  batches.count = samples.count / size;
  batches.inputs = [samples, size](int64_t index, const Graph& graph) {
    std::vector<float> values;
    for (int64_t i = 0; i < size; ++i) {
      const Tensor one = samples.inputs(index * size + i, graph)[0];
      const std::span<const float> data = one.data<float>();
      values.insert(values.end(), data.begin(), data.end());
    }
    const Shape type = graph.value(graph.inputs()[0]).type.shape.bind(size);
    return std::vector<Tensor>{Tensor::of<float>(type, values)};
  };
  return batches;
}

TEST(Ranges, do_not_depend_on_how_samples_are_batched) {
  const Graph graph = normalized_net(62, {{}, {.activation = Activation::kNone}});
  const SampleSource samples = normal_samples(12, 6);
  const auto singly = observe_values(graph, samples, {}, {});
  const auto by_four = observe_values(graph, in_batches(samples, 4), {.threads = 2}, {});
  for (const RangeMethod method :
       {RangeMethod::kMinMax, RangeMethod::kPercentile, RangeMethod::kMse, RangeMethod::kEntropy}) {
    EXPECT_EQ(observed_ranges(graph, singly, method, 256),
              observed_ranges(graph, by_four, method, 256))
        << name(method);
  }
}

// 127 * 255 * 70000 is more than 2^31.
constexpr std::string_view kWide =
    "input %x: f32[N,70000]\n"
    "const %w: f32[1,70000] = splat(1)\n"
    "const %b: f32[1] = [0]\n"
    "%y = fully_connected(%x, %w, %b) @wide\n"
    "output %y\n";

TEST(Overflow, is_reported_where_it_is_possible) {
  const Graph graph = parse_graph(kWide, find_op);
  const QuantizeResult result = quantize(graph, {}, {.input_ranges = {{0.0f, 1.0f}}}, {});
  const OverflowReport report = check_accumulators(result.graph);
  EXPECT_EQ(report.layers_at_risk, std::vector<std::string>{"wide"});
  EXPECT_NEAR(report.largest_share, 127.0 * 255.0 * 70000.0 / 2147483648.0, 1e-2);
  EXPECT_TRUE(std::any_of(result.notes.begin(), result.notes.end(), [](const std::string& note) {
    return note == "int32 accumulators could overflow for some inputs in: wide";
  }));
}

// With a range around 0, inputs reach 128 steps at most: half as far.
TEST(Overflow, depends_on_the_zero_point) {
  const Graph graph = parse_graph(kWide, find_op);
  const QuantizeResult result = quantize(graph, {}, {.input_ranges = {{-1.0f, 1.0f}}}, {});
  const OverflowReport report = check_accumulators(result.graph);
  EXPECT_TRUE(report.layers_at_risk.empty());
  EXPECT_GT(report.largest_share, 0.5);
}

}  // namespace
}  // namespace mote
