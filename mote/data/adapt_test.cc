#include "mote/data/adapt.h"

#include <gmock/gmock.h>

#include "mote/data/test_files.h"

namespace mote::data {
namespace {

using testing::ElementsAre;

TEST(Adapt, adds_the_batch_axis_and_turns_the_layout) {
  const Tensor hwc = Tensor::of({1, 2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const Tensor same = adapt(hwc, {}, {.name = "x", .shape = {kDynamic, 1, 2, 3}});
  EXPECT_EQ(same.shape(), Shape({1, 1, 2, 3}));
  const Tensor turned = adapt(hwc, {}, {.name = "x", .shape = {1, 3, 1, 2}});
  EXPECT_EQ(turned.shape(), Shape({1, 3, 1, 2}));
  EXPECT_THAT(turned.data<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Adapt, turns_channels_first_samples_too) {
  const Tensor chw =
      Tensor::of({3, 2, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  const Tensor turned = adapt(chw, {}, {.name = "x", .shape = {1, 2, 2, 3}});
  EXPECT_THAT(turned.data<float>(), ElementsAre(1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12));
}

TEST(Adapt, flattens_for_a_flat_input_and_refuses_other_shapes) {
  const Tensor sample(DataType::kF32, {28, 28, 1});
  EXPECT_EQ(adapt(sample, {}, {.name = "x", .shape = {1, 784}}).shape(), Shape({1, 784}));
  EXPECT_EQ(adapt(sample, {}, {.name = "x", .shape = {1, 28, 28}}).shape(), Shape({1, 28, 28}));
  const std::string message = error_of([&] {
    adapt(sample, {}, {.name = "image", .shape = {1, 32, 32, 3}});
  });
  EXPECT_THAT(message, testing::HasSubstr("[28,28,1]"));
  EXPECT_THAT(message, testing::HasSubstr("'image' of shape [1,32,32,3]"));
}

TEST(Adapt, one_description_serves_the_float_and_the_int8_model) {
  // x / 255 into scale 1/255, zero point -128 is x - 128 for every x.
  std::vector<float> pixels;
  for (int x = 0; x < 256; ++x) pixels.push_back(static_cast<float>(x / 255.0));
  const Tensor sample = Tensor::of({256}, pixels);
  const Tensor q = adapt(sample, {},
                         {.name = "x",
                          .dtype = DataType::kI8,
                          .shape = {1, 256},
                          .scale = 0.003921568859368563,
                          .zero_point = -128});
  for (int x = 0; x < 256; ++x) EXPECT_EQ(q.data<int8_t>()[static_cast<size_t>(x)], x - 128);
}

TEST(Adapt, quantizes_half_away_from_zero_and_clamps) {
  const Tensor sample =
      Tensor::of({6}, std::vector<float>{0.25f, -0.25f, 0.75f, 100.f, -100.f, 0.f});
  const Tensor q =
      adapt(sample, {},
            {.name = "x", .dtype = DataType::kI8, .shape = {6}, .scale = 0.5, .zero_point = 3});
  EXPECT_THAT(q.data<int8_t>(), ElementsAre(4, 2, 5, 127, -128, 3));
}

TEST(Adapt, stored_integers_pass_unchanged_or_by_their_scale) {
  const Tensor sample = Tensor::of({3}, std::vector<int8_t>{-128, 83, 127});
  const ValueScale meaning{0.5, 83};
  const ModelInput same{
      .name = "x", .dtype = DataType::kI8, .shape = {3}, .scale = 0.5, .zero_point = 83};
  EXPECT_EQ(adapt(sample, meaning, same), sample);
  const ModelInput other{
      .name = "x", .dtype = DataType::kI8, .shape = {3}, .scale = 1.0, .zero_point = 0};
  EXPECT_THAT(adapt(sample, meaning, other).data<int8_t>(), ElementsAre(-106, 0, 22));
  EXPECT_THAT(adapt(sample, meaning, {.name = "x", .shape = {3}}).data<float>(),
              ElementsAre(-105.5f, 0.0f, 22.0f));
  EXPECT_THAT(error_of([&] { adapt(sample, {}, {.name = "x", .shape = {3}}); }),
              testing::HasSubstr("i8 without a scale"));
}

}  // namespace
}  // namespace mote::data
