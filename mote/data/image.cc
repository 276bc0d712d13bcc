#include "mote/data/image.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "mote/base/error.h"
#include "mote/base/file.h"

namespace mote::data {
namespace {

constexpr std::array<uint8_t, 3> kJpegMagic = {0xff, 0xd8, 0xff};
constexpr std::array<uint8_t, 8> kPngMagic = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
/// Pixels one byte of a file can stand for: deflate's 1032 with a bit depth of one gives 8 times as
/// many; no JPEG comes near.
constexpr int64_t kMaxPixelsPerByte = int64_t{8} * 1032;

template <size_t N>
bool starts_with(std::span<const std::byte> bytes, const std::array<uint8_t, N>& magic) {
  return bytes.size() >= N && std::memcmp(bytes.data(), magic.data(), N) == 0;
}

void check_extents(int64_t width, int64_t height, size_t file_bytes, const std::string& name) {
  const int64_t limit = std::min(kMaxPixels, static_cast<int64_t>(file_bytes) * kMaxPixelsPerByte);
  if (width < 1 || height < 1 || width > limit / height) {
    throw_error(ErrorKind::kInvalidArgument,
                "{}: {}x{} pixels cannot come from {} bytes or exceed {} pixels; check the file",
                name, width, height, file_bytes, kMaxPixels);
  }
}

Image sized(int64_t height, int64_t width, int64_t channels) {
  Image image{height, width, channels, {}};
  image.pixels.resize(static_cast<size_t>(height * width * channels));
  return image;
}

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name) {
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto fail = [&]() {
    throw_error(ErrorKind::kInvalidArgument, "{}: {}; copy or convert the picture again", name,
                tjGetErrorStr2(decoder.get()));
  };
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int color_space = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling,
                          &color_space) != 0) {
    fail();
  }
  check_extents(width, height, bytes.size(), name);
  const bool grey = color_space == TJCS_GRAY;
  Image image = sized(height, width, grey ? 1 : 3);
  // A truncated scan is only a warning to the library (the rest would be grey): refuse it.
  if (tjDecompress2(decoder.get(), data, bytes.size(), image.pixels.data(), width, 0, height,
                    grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_STOPONWARNING) != 0) {
    fail();
  }
  return image;
}

Image decode_png(std::span<const std::byte> bytes, const std::string& name) {
  png_image reader = {};
  reader.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_imagep)> release(&reader, png_image_free);
  const auto check = [&](int ok) {
    if (ok == 0 || reader.warning_or_error > 1) {
      throw_error(ErrorKind::kInvalidArgument, "{}: {}; copy or convert the picture again", name,
                  reader.message);
    }
  };
  check(png_image_begin_read_from_memory(&reader, bytes.data(), bytes.size()));
  check_extents(reader.width, reader.height, bytes.size(), name);
  const bool grey = (reader.format & PNG_FORMAT_FLAG_COLOR) == 0;
  reader.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Image image = sized(reader.height, reader.width, grey ? 1 : 3);
  const png_color black = {0, 0, 0};
  check(png_image_finish_read(&reader, &black, image.pixels.data(), 0, nullptr));
  return image;
}

}  // namespace

bool is_image(std::span<const std::byte> bytes) {
  return starts_with(bytes, kJpegMagic) || starts_with(bytes, kPngMagic);
}

Image decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (starts_with(bytes, kJpegMagic)) return decode_jpeg(bytes, name);
  if (starts_with(bytes, kPngMagic)) return decode_png(bytes, name);
  throw_error(ErrorKind::kInvalidArgument,
              "{} is neither a JPEG nor a PNG picture; convert it to one of them", name);
}

Image read_image(const std::filesystem::path& path) {
  const MappedFile file(path);
  return decode_image(file.bytes(), fmt::format("'{}'", path.string()));
}

Image with_color(Image image, ColorOrder order) {
  const bool want_grey = order == ColorOrder::kGrey;
  if (order == ColorOrder::kAsStored || (want_grey && image.channels == 1)) return image;
  if (order == ColorOrder::kRgb && image.channels == 3) return image;
  Image result = sized(image.height, image.width, want_grey ? 1 : 3);
  const size_t count = static_cast<size_t>(image.height * image.width);
  const auto step = static_cast<size_t>(image.channels);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = image.pixels.data() + i * step;
    if (want_grey) {
      result.pixels[i] = static_cast<uint8_t>(
          (19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 32768u) >> 16);
      continue;
    }
    const bool reversed = order == ColorOrder::kBgr;
    for (size_t c = 0; c < 3; ++c) {
      result.pixels[i * 3 + c] = step == 1 ? from[0] : from[reversed ? 2 - c : c];
    }
  }
  return result;
}

}  // namespace mote::data
