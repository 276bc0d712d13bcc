// tests/golden/quantize/<step>.txt: a float graph and what the step of quantization makes of it, on
// four synthetic inputs from seed 1. Numbers are printed with four digits, so that the last bits of
// exp and log do not matter.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <regex>

#include "mote/compress/quantize/analytic.h"
#include "mote/compress/quantize/correct_bias.h"
#include "mote/compress/quantize/dead_channels.h"
#include "mote/compress/quantize/options.h"
#include "mote/compress/quantize/predicted_ranges.h"
#include "mote/compress/quantize/ranges.h"
#include "mote/compress/quantize/scaling.h"
#include "mote/compress/quantize/synthetic.h"
#include "mote/ir/text.h"
#include "mote/ops/op_table.h"
#include "tests/golden/golden.h"

namespace mote {
namespace {

SampleSource samples_of(const Graph& graph) { return synthetic_samples(graph, {.count = 4}); }
Statistics statistics_of(const Graph& graph) {
  return collect_statistics(graph, samples_of(graph), {}, {});
}
ValueRanges ranges_of(const Graph& graph) {
  return ranges_from_statistics(graph, statistics_of(graph), 1.0f, {});
}

std::string with_four_digits(const std::string& text) {
  static const std::regex kNumber(R"(-?\d+\.\d+(e[-+]?\d+)?)");
  std::string result;
  auto at = text.cbegin();
  for (std::sregex_iterator found(text.begin(), text.end(), kNumber), end; found != end; ++found) {
    result.append(at, (*found)[0].first);
    result += fmt::format("{:.4g}", std::stod(found->str()));
    at = (*found)[0].second;
  }
  return result.append(at, text.cend());
}

std::string shown(const Graph& graph) {
  return with_four_digits(print(graph, {.elide_large_constants = true}));
}

std::string zero_dead(Graph graph) {
  zero_dead_channels(graph);
  return shown(graph);
}

Graph scaled(Graph graph, ClipRule clip, bool balance) {
  const Statistics statistics = statistics_of(graph);
  ScalingProblem problem = scaling_problem(graph, statistics, {.clip = clip});
  equalize(problem);
  if (balance) balance_noise(problem);
  apply_scales(graph, problem);
  return graph;
}

std::string equalized(Graph graph) {
  return shown(scaled(std::move(graph), ClipRule::kPerChannel, false));
}
std::string equalized_guarded(Graph graph) {
  return shown(scaled(std::move(graph), ClipRule::kGuarded, false));
}
std::string balanced(Graph graph) {
  return shown(scaled(std::move(graph), ClipRule::kPerChannel, true));
}

std::string absorbed(Graph graph) {
  absorb_high_biases(graph);
  return shown(graph);
}

std::string analytic(Graph graph) {
  correct_biases_analytically(graph, WeightScales::kPerTensor);
  return shown(graph);
}

std::string corrected(Graph graph) {
  QuantizedGraph integer = quantize_graph(graph, ranges_of(graph), {});
  const SampleSource samples = samples_of(graph);
  std::vector<int64_t> all(static_cast<size_t>(samples.count));
  std::iota(all.begin(), all.end(), 0);
  const Statistics statistics = collect_statistics(graph, samples, {.batches = {all}}, {});
  correct_bias(integer.graph,
               bias_targets(integer.graph, graph, integer.node_of, statistics.taps.front()),
               samples, {}, {});
  return shown(integer.graph);
}

std::string rounded(Graph graph) {
  return shown(quantize_graph(graph, ranges_of(graph), {}).graph);
}
std::string rounded_per_tensor(Graph graph) {
  return shown(
      quantize_graph(graph, ranges_of(graph), {.weights = WeightScales::kPerTensor}).graph);
}
std::string int16_activations(Graph graph) {
  return shown(
      quantize_graph(graph, ranges_of(graph), {.scheme = QuantScheme::kInt16Activations}).graph);
}
std::string dynamic_range(Graph graph) {
  return shown(
      quantize_weights(graph, QuantScheme::kDynamicRange, WeightScales::kPerChannel).graph);
}
std::string float16(Graph graph) {
  return shown(quantize_weights(graph, QuantScheme::kFloat16, WeightScales::kPerChannel).graph);
}

// A line for each activation: by every method, and by batch norm.
std::string ranges(Graph graph) {
  const auto observations = observe_values(graph, samples_of(graph), {}, {});
  std::map<std::string, ValueRanges> by_source;
  for (const RangeMethod method : enum_values(RangeMethod{})) {
    if (method == RangeMethod::kAuto) continue;
    by_source[std::string(name(method))] = observed_ranges(graph, observations, method, 256);
  }
  const ValueRanges predicted = predicted_ranges(graph, ranges_of(graph), Prediction::kPropagated);
  by_source["predicted"] = predicted;
  std::string text;
  for (const ValueId id : graph.values()) {
    if (!predicted.contains(id.index)) continue;
    text += fmt::format("{}:", graph.value(id).name);
    for (const auto& [source, found] : by_source) {
      const RealRange& range = found.at(id.index);
      text += fmt::format(" {} [{:.4g}, {:.4g}]", source, range.low, range.high);
    }
    text += '\n';
  }
  return text + describe_sources(range_sources(graph, predicted, Prediction::kPropagated)) + '\n';
}

using Step = std::string (*)(Graph);
const std::map<std::string, Step, std::less<>> kSteps = {
    {"zero-dead-channels", zero_dead},
    {"equalize", equalized},
    {"equalize-guarded", equalized_guarded},
    {"balance-noise", balanced},
    {"absorb-bias", absorbed},
    {"ranges", ranges},
    {"correct-bias-analytic", analytic},
    {"correct-bias", corrected},
    {"nearest", rounded},
    {"nearest-per-tensor", rounded_per_tensor},
    {"int16", int16_activations},
    {"dynamic", dynamic_range},
    {"float16", float16},
};

std::string stepped(std::string_view step, std::string_view input) {
  try {
    return kSteps.find(step)->second(parse_graph(input, find_op));
  } catch (const Error& error) {
    return fmt::format("error: {}\n", error.what());
  }
}

std::filesystem::path folder() { return std::filesystem::path(MOTE_GOLDEN_DIR) / "quantize"; }

class QuantizeGolden : public testing::TestWithParam<std::string> {};

TEST_P(QuantizeGolden, becomes_what_the_file_says) {
  ASSERT_TRUE(kSteps.contains(GetParam()));
  test::check_golden(folder() / (GetParam() + ".txt"), stepped);
}

std::vector<std::string> file_stems() {
  std::vector<std::string> stems;
  for (const auto& path : test::golden_files(folder())) stems.push_back(path.stem().string());
  return stems;
}

INSTANTIATE_TEST_SUITE_P(Files, QuantizeGolden, testing::ValuesIn(file_stems()),
                         [](const auto& stem) {
                           std::string name = stem.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(QuantizeGolden, has_a_file_for_every_step) {
  const std::vector<std::string> stems = file_stems();
  const auto has_file = [&](std::string_view step) {
    return std::find(stems.begin(), stems.end(), step) != stems.end();
  };
  for (const auto& [step, run] : kSteps) EXPECT_TRUE(has_file(step)) << step;
  for (const std::string_view step : recovery_steps()) EXPECT_TRUE(has_file(step)) << step;
}

}  // namespace
}  // namespace mote
