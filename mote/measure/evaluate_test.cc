#include "mote/measure/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/measure/fingerprint.h"
#include "mote/measure/test_graphs.h"

namespace mote {
namespace {

using measure_test::relu_chain;

// Sample i scores i % 3 highest; its label is 0.
SampleSource three_class_samples(int64_t count) {
  SampleSource samples{count, [](int64_t index, const Graph&) {
                         std::vector<float> scores = {0.0f, 0.0f, 0.0f};
                         scores[static_cast<size_t>(index % 3)] =
                             1.0f + 0.001f * static_cast<float>(index);
                         return std::vector<Tensor>{Tensor::of<float>({1, 3}, scores)};
                       }};
  samples.label = [](int64_t) { return 0; };
  samples.fingerprint = [](int64_t index) { return static_cast<uint64_t>(100 + index); };
  return samples;
}

TEST(EvaluateModel, counts_right_answers) {
  const Evaluation result = evaluate_model(relu_chain(3), three_class_samples(9), {}, {});
  EXPECT_EQ(result.total, 9);
  EXPECT_EQ(result.correct, 3);
  EXPECT_DOUBLE_EQ(result.top1, 1.0 / 3.0);
  EXPECT_EQ(result.correct_top5, 9);
}

TEST(EvaluateModel, shifts_labels_by_the_offset) {
  EvaluateOptions options;
  options.label_offset = 1;
  EXPECT_EQ(evaluate_model(relu_chain(3), three_class_samples(10), options, {}).correct, 3);
}

TEST(EvaluateModel, is_the_same_for_any_number_of_threads) {
  const Graph model = relu_chain(3);
  const Graph reference = relu_chain(3);
  std::vector<std::vector<int64_t>> orders;
  std::vector<double> sqnr;
  for (const int threads : {1, 3}) {
    std::vector<int64_t> order;
    EvaluateOptions options;
    options.threads = threads;
    options.reference = &reference;
    options.on_outputs = [&](int64_t index, std::span<const Tensor>) { order.push_back(index); };
    const Evaluation result = evaluate_model(model, three_class_samples(50), options, {});
    EXPECT_DOUBLE_EQ(result.reference->agreement, 1.0);
    EXPECT_DOUBLE_EQ(result.reference->difference, 0.0);
    orders.push_back(order);
  }
  EXPECT_EQ(orders[0], orders[1]);
  EXPECT_TRUE(std::is_sorted(orders[0].begin(), orders[0].end()));
}

TEST(EvaluateModel, refuses_samples_it_was_calibrated_on) {
  Graph model = relu_chain(3);
  const SampleSource samples = three_class_samples(9);
  const std::vector<uint64_t> prints = {104};
  model.metadata[kCalibrationKey] = calibration_record(prints);
  try {
    evaluate_model(model, samples, {}, {});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_THAT(error.what(), testing::HasSubstr("sample 4"));
    EXPECT_THAT(error.what(), testing::HasSubstr("--allow-overlap"));
  }
  EvaluateOptions allowed;
  allowed.allow_overlap = true;
  EXPECT_EQ(evaluate_model(model, samples, allowed, {}).total, 9);
}

TEST(EvaluateModel, stops_when_cancelled) {
  CancelToken token;
  token.cancel();
  Observer observer;
  observer.cancel = &token;
  EXPECT_THROW(evaluate_model(relu_chain(3), three_class_samples(9), {}, observer), Error);
}

TEST(EvaluateModel, names_the_sample_that_does_not_fit) {
  SampleSource samples = three_class_samples(2);
  samples.name = [](int64_t) { return "yes.npy"; };
  try {
    evaluate_model(relu_chain(4), samples, {}, {});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("sample 0 ('yes.npy')"));
  }
}

TEST(EvaluateModel, scores_anomalies_by_reconstruction_error) {
  SampleSource samples{4, [](int64_t index, const Graph&) {
                         const float v = index < 2 ? 1.0f : -5.0f;  // relu cannot rebuild -5
                         return std::vector<Tensor>{Tensor::of<float>({1, 2}, {v, v})};
                       }};
  samples.label = [](int64_t index) { return index < 2 ? 0 : 1; };
  EvaluateOptions options;
  options.task = data::Task::kAnomaly;
  EXPECT_DOUBLE_EQ(*evaluate_model(relu_chain(2), samples, options, {}).auc, 1.0);
}

TEST(Fingerprint, record_round_trips_sorted) {
  Graph graph("g");
  const std::vector<uint64_t> prints = {9, 2, 9, 0xffffffffffffffffu};
  graph.metadata[kCalibrationKey] = calibration_record(prints);
  EXPECT_EQ(calibration_fingerprints(graph), (std::set<uint64_t>{2, 9, 0xffffffffffffffffu}));
  graph.metadata[kCalibrationKey] = "v1:123";
  EXPECT_THROW(calibration_fingerprints(graph), Error);
}

}  // namespace
}  // namespace mote
