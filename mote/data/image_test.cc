#include "mote/data/image.h"

#include <gmock/gmock.h>
#include <png.h>
#include <turbojpeg.h>

#include "mote/data/test_files.h"

namespace mote::data {

std::string png_of(const Image& image) {
  png_image writer = {};
  writer.version = PNG_IMAGE_VERSION;
  writer.width = static_cast<png_uint_32>(image.width);
  writer.height = static_cast<png_uint_32>(image.height);
  writer.format = image.channels == 1   ? PNG_FORMAT_GRAY
                  : image.channels == 3 ? PNG_FORMAT_RGB
                                        : PNG_FORMAT_RGBA;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&writer, nullptr, &size, 0, image.pixels.data(), 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&writer, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr);
  bytes.resize(size);
  return bytes;
}

std::string jpeg_of(const Image& image) {
  tjhandle encoder = tjInitCompress();
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const bool grey = image.channels == 1;
  tjCompress2(encoder, image.pixels.data(), static_cast<int>(image.width), 0,
              static_cast<int>(image.height), grey ? TJPF_GRAY : TJPF_RGB, &buffer, &size,
              grey ? TJSAMP_GRAY : TJSAMP_444, 100, TJFLAG_ACCURATEDCT);
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  tjFree(buffer);
  tjDestroy(encoder);
  return bytes;
}

namespace {

TEST(Image, png_comes_back_pixel_by_pixel) {
  for (int64_t channels : {1, 3}) {
    const Image image = counting_image(3, 5, channels, 10);
    const Image read = decode_image(bytes_of(png_of(image)), "'a.png'");
    EXPECT_EQ(read.height, 3);
    EXPECT_EQ(read.width, 5);
    EXPECT_EQ(read.channels, channels);
    EXPECT_EQ(read.pixels, image.pixels);
  }
}

TEST(Image, opaque_alpha_is_dropped) {
  const Image read = decode_image(bytes_of(png_of({1, 1, 4, {10, 20, 30, 255}})), "'a.png'");
  EXPECT_THAT(read.pixels, testing::ElementsAre(10, 20, 30));
}

TEST(Image, jpeg_of_one_colour_keeps_it_within_two_steps) {
  Image image{16, 16, 3, {}};
  for (int i = 0; i < 256; ++i) image.pixels.insert(image.pixels.end(), {200, 100, 50});
  const Image read = decode_image(bytes_of(jpeg_of(image)), "'a.jpg'");
  ASSERT_EQ(read.pixels.size(), image.pixels.size());
  for (size_t i = 0; i < read.pixels.size(); ++i) EXPECT_NEAR(read.pixels[i], image.pixels[i], 2);
}

TEST(Image, a_cut_file_is_an_error_that_names_it) {
  const std::string png = png_of(counting_image(40, 40, 3));
  const std::string jpeg = jpeg_of(counting_image(40, 40, 3));
  for (const std::string& whole : {png, jpeg}) {
    for (size_t size = 0; size + 12 < whole.size(); size += 7) {
      const std::string cut = whole.substr(0, size);
      EXPECT_THAT(error_of([&] { decode_image(bytes_of(cut), "'cut'"); }),
                  testing::HasSubstr("'cut'"))
          << size << " of " << whole.size();
    }
  }
}

TEST(Image, a_picture_larger_than_its_file_can_hold_is_refused) {
  std::string png = png_of(counting_image(2, 2, 3));
  png.replace(16, 8, std::string("\x00\x10\x00\x00\x00\x10\x00\x00", 8));  // a million squared
  EXPECT_THROW(decode_image(bytes_of(png), "'big.png'"), Error);
}

TEST(Image, grey_is_luma_and_bgr_is_rgb_reversed) {
  const Image image{1, 2, 3, {255, 0, 0, 10, 20, 30}};
  EXPECT_THAT(with_color(image, ColorOrder::kGrey).pixels, testing::ElementsAre(76, 18));
  EXPECT_THAT(with_color(image, ColorOrder::kBgr).pixels,
              testing::ElementsAre(0, 0, 255, 30, 20, 10));
  EXPECT_THAT(with_color({1, 1, 1, {7}}, ColorOrder::kRgb).pixels, testing::ElementsAre(7, 7, 7));
}

}  // namespace
}  // namespace mote::data
