#include "mote/data/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <climits>

#include "mote/base/error.h"

namespace mote::data {
namespace {

// zlib's windowBits: 15 plus 16 asks for gzip framing, a negative value for a raw stream.
constexpr int kGzipWindow = 15 + 16;
constexpr int kRawWindow = -15;
constexpr size_t kFirstBlock = size_t{1} << 16;

class Inflater {
 public:
  Inflater(std::span<const std::byte> bytes, int window_bits, const std::string& name)
      : name_(name) {
    if (bytes.size() > UINT_MAX) {
      throw_error(ErrorKind::kInvalidArgument, "{}: compressed files over 4 GiB are not read",
                  name);
    }
    // zlib declares its input as non-const but does not write to it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    if (inflateInit2(&stream_, window_bits) != Z_OK) {
      throw_error(ErrorKind::kInternal, "zlib could not be initialised");
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// Fills as much of `output` as the member holds; returns the bytes written.
  size_t fill(std::span<std::byte> output) {
    const size_t size = std::min(output.size(), static_cast<size_t>(UINT_MAX));
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(size);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    const size_t written = size - stream_.avail_out;
    finished_ = status == Z_STREAM_END;
    const bool starved = status == Z_BUF_ERROR || (status == Z_OK && written == 0);
    if ((status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) || starved) {
      throw_error(ErrorKind::kInvalidArgument,
                  "{}: the compressed data is {}; copy or download the file again", name_,
                  starved ? "truncated" : "damaged");
    }
    return written;
  }
  bool finished() const { return finished_; }
  /// Goes on with the next gzip member; false when there is none.
  bool next_member() { return stream_.avail_in > 0 && inflateReset(&stream_) == Z_OK; }

 private:
  z_stream stream_ = {};
  const std::string& name_;
  bool finished_ = false;
};

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::vector<std::byte> gunzip(std::span<const std::byte> bytes, const std::string& name,
                              size_t max_bytes) {
  Inflater inflater(bytes, kGzipWindow, name);
  std::vector<std::byte> content;
  size_t used = 0;
  while (true) {
    if (used == content.size()) {
      if (used >= max_bytes) {
        throw_error(ErrorKind::kInvalidArgument, "{}: more than {} bytes when decompressed", name,
                    max_bytes);
      }
      content.resize(std::min(max_bytes, std::max(kFirstBlock, used * 2)));
    }
    used += inflater.fill(std::span(content).subspan(used));
    if (inflater.finished() && !inflater.next_member()) break;
  }
  content.resize(used);
  content.shrink_to_fit();
  return content;
}

std::vector<std::byte> inflate_raw(std::span<const std::byte> bytes, size_t size_bytes,
                                   const std::string& name) {
  if (size_bytes / kMaxDeflateRatio > bytes.size()) {
    throw_error(ErrorKind::kInvalidArgument,
                "{}: {} bytes claimed from {} compressed ones, which deflate cannot do", name,
                size_bytes, bytes.size());
  }
  Inflater inflater(bytes, kRawWindow, name);
  // One byte more shows a stream that is longer than it claims.
  std::vector<std::byte> content(size_bytes + 1);
  size_t used = 0;
  while (!inflater.finished() && used < content.size()) {
    used += inflater.fill(std::span(content).subspan(used));
  }
  if (used != size_bytes) {
    throw_error(ErrorKind::kInvalidArgument,
                "{}: {} bytes were announced, another number is stored", name, size_bytes);
  }
  content.resize(size_bytes);
  return content;
}

}  // namespace mote::data
