// Decoded pictures: 8-bit, interleaved, row by row from the top.
//
//   Image image = read_image("cat.jpg");          // RGB, or grey where the file is grey
//   image = with_color(std::move(image), ColorOrder::kRgb);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mote::data {

/// `pixels` is [height, width, channels]; 1 channel is grey, 3 are red, green, blue.
struct Image {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;
};

enum class ColorOrder { kAsStored, kRgb, kBgr, kGrey };

/// Larger pictures are refused: 64 million pixels are 192 MB.
inline constexpr int64_t kMaxPixels = int64_t{1} << 26;

/// Decodes JPEG or PNG by its first bytes. Alpha is dropped (over black), 16-bit samples become 8.
/// Throws kInvalidArgument naming the picture when it is neither, damaged, or over kMaxPixels.
Image decode_image(std::span<const std::byte> bytes, const std::string& name);
Image read_image(const std::filesystem::path& path);

/// Whether the bytes begin as a JPEG or PNG file does.
bool is_image(std::span<const std::byte> bytes);

/// Grey is ITU-R BT.601 luma, (19595 R + 38470 G + 7471 B + 32768) >> 16, as libjpeg has it; grey
/// becomes colour by repetition. `image` is taken to be grey or RGB.
Image with_color(Image image, ColorOrder order);

}  // namespace mote::data
