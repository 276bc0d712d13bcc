// Files that tests write for themselves.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/image.h"

namespace mote::data {

/// A folder that goes away with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mote_data_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    write_file(path_ / name, content);
    return path_ / name;
  }
  template <class T>
  std::filesystem::path write_values(const std::string& name, const std::vector<T>& values) const {
    return write(name, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }

 private:
  std::filesystem::path path_;
};

/// What `body` throws; fails the test when it does not throw an Error.
inline std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A picture whose bytes count up from `first`.
inline Image counting_image(int64_t height, int64_t width, int64_t channels, int first = 0) {
  Image image{height, width, channels, {}};
  for (int64_t i = 0; i < height * width * channels; ++i) {
    image.pixels.push_back(static_cast<uint8_t>(first + i));
  }
  return image;
}

std::string png_of(const Image& image);
std::string jpeg_of(const Image& image);
/// 16-bit PCM.
std::string wav_of(const std::vector<int16_t>& samples, uint32_t sample_rate,
                   uint16_t channels = 1);

}  // namespace mote::data
