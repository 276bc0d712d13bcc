#include "mote/data/resize.h"

#include <gmock/gmock.h>

#include "mote/data/test_files.h"

namespace mote::data {
namespace {

using testing::ElementsAre;

Image row_of(std::vector<uint8_t> pixels) {
  const auto width = static_cast<int64_t>(pixels.size());
  return {1, width, 1, std::move(pixels)};
}

TEST(Resize, nearest_takes_the_pixel_below_each_centre) {
  const Image row = row_of({10, 20, 30, 40});
  EXPECT_THAT(resize(row, {.height = 1, .width = 2, .kind = Interpolation::kNearest}).pixels,
              ElementsAre(20, 40));
  EXPECT_THAT(
      resize(row_of({10, 20}), {.height = 1, .width = 4, .kind = Interpolation::kNearest}).pixels,
      ElementsAre(10, 10, 20, 20));
}

TEST(Resize, bilinear_enlargement_weighs_quarters) {
  // Centres lie at -0.25, 0.25, 0.75, 1.25 of the input.
  EXPECT_THAT(resize(row_of({0, 100}), {.height = 1, .width = 4}).pixels,
              ElementsAre(0, 25, 75, 100));
}

TEST(Resize, bilinear_reduction_with_antialias_uses_a_triangle_twice_as_wide) {
  // Output 0 has its centre at 1.0: weights (1.5, 1.5, 0.5) / 2 halves -> 3/7, 3/7, 1/7.
  const Image row = row_of({0, 70, 140, 210});
  EXPECT_THAT(resize(row, {.height = 1, .width = 2}).pixels, ElementsAre(50, 160));
  EXPECT_THAT(resize(row, {.height = 1, .width = 2, .antialias = false}).pixels,
              ElementsAre(35, 175));
}

TEST(Resize, bicubic_uses_keys_kernel) {
  // At 0.25 from pixel 1: weights of Keys' kernel (a = -0.5) for distances 1.25, 0.25, 0.75, 1.75:
  // -0.0703125, 0.8671875, 0.2265625, -0.0234375.
  const Image row = row_of({100, 50, 200, 0});
  const Image result = resize(row, {.height = 1, .width = 8, .kind = Interpolation::kBicubic});
  EXPECT_EQ(result.pixels[3], 82);  // -7.03 + 43.36 + 45.31 - 0 = 81.64
}

TEST(Resize, a_constant_picture_stays_constant) {
  Image image{7, 9, 3, std::vector<uint8_t>(7 * 9 * 3, 93)};
  for (Interpolation kind :
       {Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBicubic}) {
    for (int64_t side : {2, 5, 13}) {
      const Image result = resize(image, {.height = side, .width = side + 1, .kind = kind});
      EXPECT_THAT(result.pixels, testing::Each(93));
      EXPECT_EQ(result.pixels.size(), static_cast<size_t>(side * (side + 1) * 3));
    }
  }
}

TEST(Resize, shorter_side_keeps_the_ratio_and_rounds_the_longer_down) {
  const ResizeOptions extents = shorter_side_extents({375, 500, 3, {}}, 256);
  EXPECT_EQ(extents.height, 256);
  EXPECT_EQ(extents.width, 341);
}

TEST(Resize, centre_crop_leaves_the_odd_pixel_at_the_end) {
  EXPECT_THAT(center_crop(counting_image(5, 4, 1), 2, 2).pixels, ElementsAre(5, 6, 9, 10));
  EXPECT_THAT(error_of([] { center_crop(counting_image(5, 4, 1), 6, 2); }),
              testing::HasSubstr("cannot crop 2x6 from a picture of 4x5"));
}

TEST(Resize, impossible_extents_are_refused) {
  EXPECT_THROW(resize(counting_image(2, 2, 1), {.height = 0, .width = 2}), Error);
  EXPECT_THROW(resize(counting_image(2, 2, 1), {.height = 1 << 20, .width = 1 << 20}), Error);
}

}  // namespace
}  // namespace mote::data
