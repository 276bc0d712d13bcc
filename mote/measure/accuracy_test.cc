#include "mote/measure/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace mote {
namespace {

TEST(BestClass, is_the_first_of_equal_scores) {
  EXPECT_EQ(best_class(std::vector<float>{0.1f, 0.7f, 0.7f}), 1);
}

TEST(BestClass, takes_a_single_score_as_that_of_class_one) {
  EXPECT_EQ(best_class(std::vector<float>{0.4f}), 0);
  EXPECT_EQ(best_class(std::vector<float>{0.6f}), 1);
}

TEST(RankOf, counts_the_scores_that_stand_before) {
  const std::vector<float> scores = {0.3f, 0.5f, 0.3f, 0.9f};
  EXPECT_EQ(rank_of(scores, 3), 0);
  EXPECT_EQ(rank_of(scores, 0), 2);
  EXPECT_EQ(rank_of(scores, 2), 3);
  EXPECT_EQ(rank_of(scores, 7), 4);
}

double roc(const std::vector<double>& scores, const std::vector<int>& labels) {
  const auto positive = std::make_unique<bool[]>(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) positive[i] = labels[i] != 0;
  return area_under_roc(scores, {positive.get(), labels.size()});
}

TEST(AreaUnderRoc, is_the_share_of_pairs_in_the_right_order) {
  EXPECT_DOUBLE_EQ(roc({1, 2, 3, 4}, {0, 0, 1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(roc({1, 2, 3, 4}, {1, 1, 0, 0}), 0.0);
  EXPECT_DOUBLE_EQ(roc({1, 3, 2, 4}, {0, 0, 1, 1}), 0.75);
}

TEST(AreaUnderRoc, counts_ties_half) {
  EXPECT_DOUBLE_EQ(roc({5, 5, 5, 5}, {0, 1, 0, 1}), 0.5);
  EXPECT_DOUBLE_EQ(roc({1, 2, 2, 3}, {0, 0, 1, 1}), 0.875);
}

TEST(AreaUnderRoc, is_not_a_number_with_one_class_only) {
  EXPECT_TRUE(std::isnan(roc({1, 2}, {1, 1})));
}

// Of 100 pairs 6 go one way and 2 the other: mean 0.04, McNemar's variance (6 + 2 - 100 *
// 0.04^2)/99/100.
TEST(PairedDifference, has_the_standard_error_of_discordant_pairs) {
  PairedDifference difference;
  for (int i = 0; i < 100; ++i) difference.add(i < 6 ? 1.0 : i < 8 ? -1.0 : 0.0);
  EXPECT_NEAR(difference.mean(), 0.04, 1e-12);
  EXPECT_NEAR(difference.standard_error(), std::sqrt((8.0 - 0.16) / 99.0 / 100.0), 1e-12);
}

TEST(PairedDifference, has_no_error_below_two_samples) {
  PairedDifference difference;
  EXPECT_EQ(difference.standard_error(), 0.0);
  difference.add(1.0);
  EXPECT_EQ(difference.mean(), 1.0);
  EXPECT_EQ(difference.standard_error(), 0.0);
}

TEST(Decibels, are_bounded) {
  EXPECT_DOUBLE_EQ(decibels(100.0, 1.0), 20.0);
  EXPECT_DOUBLE_EQ(decibels(1.0, 0.0), 200.0);
  EXPECT_DOUBLE_EQ(decibels(0.0, 1.0), -200.0);
}

}  // namespace
}  // namespace mote
