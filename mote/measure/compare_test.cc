#include "mote/measure/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/measure/layer_statistics.h"
#include "mote/measure/match.h"
#include "mote/measure/test_graphs.h"

namespace mote {
namespace {

using measure_test::relu_chain;

SampleSource ramp_samples(int64_t count, int64_t n) {
  return {count, [n](int64_t index, const Graph&) {
            std::vector<float> values;
            for (int64_t i = 0; i < n; ++i) values.push_back(static_cast<float>(index + i));
            return std::vector<Tensor>{Tensor::of<float>({1, n}, values)};
          }};
}

TEST(MatchValues, pairs_equal_names) {
  const Graph a = relu_chain(4);
  const Graph b = relu_chain(4);
  const std::vector<ValuePair> pairs = match_values(a, b);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(a.value(pairs[0].a).name, "a");
  EXPECT_EQ(b.value(pairs[1].b).name, "y");
}

TEST(MatchValues, falls_back_to_the_order_of_operators) {
  const Graph a = relu_chain(4);
  Graph b("renamed");
  const ValueId x = b.add_input("x", {DataType::kF32, {kDynamic, 4}});
  const ValueId first = b.add_node({.op = &op("relu"), .inputs = {x}}, {.names = {"p"}})[0];
  b.set_outputs(b.add_node({.op = &op("relu6"), .inputs = {first}}, {.names = {"q"}}));
  const std::vector<ValuePair> pairs = match_values(a, b);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(a.value(pairs[1].a).name, "y");
  EXPECT_EQ(b.value(pairs[1].b).name, "q");
}

TEST(MatchValues, does_not_pair_values_of_different_size) {
  EXPECT_TRUE(match_values(relu_chain(4), relu_chain(5)).empty());
}

TEST(CompareModels, finds_no_noise_between_copies) {
  const ModelComparison result =
      compare_models(relu_chain(4), relu_chain(4), ramp_samples(3, 4), {}, {});
  EXPECT_EQ(result.samples, 3);
  ASSERT_EQ(result.layers.size(), 2u);
  EXPECT_DOUBLE_EQ(result.output_sqnr_db, 200.0);
  EXPECT_EQ(result.layers[1].high_a, 5.0);
  EXPECT_TRUE(worst_layers(result, 3).empty());
}

// b clips at 6 where a does not: values 0..9 lose (1 + 4 + 9) of 285.
TEST(CompareModels, measures_signal_over_noise) {
  Graph a("open");
  const ValueId x = a.add_input("x", {DataType::kF32, {kDynamic, 10}});
  a.set_outputs(a.add_node({.op = &op("relu"), .inputs = {x}}, {.names = {"y"}}));
  Graph b("clipped");
  const ValueId xb = b.add_input("x", {DataType::kF32, {kDynamic, 10}});
  b.set_outputs(b.add_node({.op = &op("relu6"), .inputs = {xb}}, {.names = {"y"}}));
  const ModelComparison result = compare_models(a, b, ramp_samples(1, 10), {}, {});
  EXPECT_NEAR(result.output_sqnr_db, 10.0 * std::log10(285.0 / 14.0), 1e-9);
  EXPECT_EQ(result.layers[0].high_b, 6.0);
  EXPECT_EQ(worst_layers(result, 3).size(), 1u);
}

TEST(CompareModels, refuses_models_that_share_nothing) {
  EXPECT_THROW(compare_models(relu_chain(4), relu_chain(5), ramp_samples(1, 4), {}, {}), Error);
}

TEST(LayerStatistics, merging_equals_adding) {
  const TensorType type{DataType::kF32, {1, 2}};
  const std::vector<float> a = {1.0f, -2.0f, 3.0f, 0.5f};
  const std::vector<float> b = {1.5f, -2.0f, 2.0f, 0.5f};
  const Tensor raw = Tensor::of<float>({1, 2}, std::vector<float>{1.5f, -2.0f});
  LayerStatistics whole(2);
  whole.add(a, b, raw, type);
  LayerStatistics first(2);
  LayerStatistics second(2);
  first.add(std::span(a).first(2), std::span(b).first(2), raw, type);
  second.add(std::span(a).last(2), std::span(b).last(2), raw, type);
  first.merge(second);
  EXPECT_EQ(first.signal, whole.signal);
  EXPECT_EQ(first.noise, whole.noise);
  EXPECT_EQ(first.bias_share(), whole.bias_share());
  EXPECT_EQ(first.high_a, 3.0);
}

TEST(LayerStatistics, counts_values_cut_off_at_the_end_of_the_integers) {
  TensorType type{DataType::kI8, {1, 3}};
  type.quantization = Quantization::per_tensor(0.1f, 0);
  const Tensor raw = Tensor::of<int8_t>({1, 3}, std::vector<int8_t>{127, 127, -5});
  LayerStatistics statistics(3);
  statistics.add(std::vector<float>{12.68f, 20.0f, -0.5f}, std::vector<float>{12.7f, 12.7f, -0.5f},
                 raw, type);
  EXPECT_EQ(statistics.saturated, 1);
}

TEST(LayerStatistics, finds_a_range_stretched_by_few_values) {
  const TensorType type{DataType::kF32, {1, 2000}};
  std::vector<float> values(2000, 1.0f);
  values[7] = 100.0f;
  LayerStatistics statistics(2000);
  statistics.add(values, values, Tensor::of<float>({1, 2000}, values), type);
  EXPECT_GT(statistics.outlier_ratio(), 50.0);
}

TEST(LayerStatistics, bias_share_is_large_for_a_constant_shift) {
  const TensorType type{DataType::kF32, {4, 1}};
  LayerStatistics statistics(1);
  statistics.add(std::vector<float>{1.0f, -1.0f, 2.0f, -2.0f},
                 std::vector<float>{1.25f, -0.75f, 2.25f, -1.75f}, Tensor(DataType::kF32, {4, 1}),
                 type);
  EXPECT_GT(statistics.bias_share(), 0.95);
}

TEST(LayerStatistics, a_factor_per_channel_is_no_noise) {
  const TensorType type{DataType::kF32, {2, 2}};
  LayerStatistics statistics(2);
  statistics.add(std::vector<float>{1.0f, 2.0f, -3.0f, 4.0f},
                 std::vector<float>{0.5f, 6.0f, -1.5f, 12.0f}, Tensor(DataType::kF32, {2, 2}),
                 type);
  EXPECT_GT(statistics.noise, 1.0);
  EXPECT_EQ(statistics.aligned_noise(), 0.0);
  EXPECT_TRUE(statistics.rescaled());
}

}  // namespace
}  // namespace mote
