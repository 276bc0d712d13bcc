// Reads numbers from the bytes of an untrusted file; reading past the end is an Error.
//
//   ByteReader reader(file.bytes(), "'a.npy'");
//   const uint16_t header_bytes = reader.little<uint16_t>("header length");
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "mote/base/error.h"

namespace mote::data {

class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}

  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

  /// The next `count` bytes. Throws kInvalidArgument naming the file and `what` when there are
  /// fewer.
  std::span<const std::byte> take(size_t count, const char* what) {
    if (count > remaining()) {
      throw_error(ErrorKind::kInvalidArgument,
                  "{} is truncated: {} needs {} bytes at offset {}, but {} are left; copy the file "
                  "again",
                  name_, what, count, position_, remaining());
    }
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  void seek(size_t position, const char* what) {
    position_ = 0;
    take(position, what);
  }
  template <class T>
  T little(const char* what) {
    T value = 0;
    const auto taken = take(sizeof(T), what);
    for (size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(taken[i]) << (8 * i)));
    }
    return value;
  }
  template <class T>
  T big(const char* what) {
    T value = 0;
    for (std::byte byte : take(sizeof(T), what)) {
      value = static_cast<T>((value << 8) | std::to_integer<T>(byte));
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  size_t position_ = 0;
};

}  // namespace mote::data
