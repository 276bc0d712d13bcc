// Files: mapped for reading; written whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace mote {

/// A read-only mapping of a whole file. Throws kIo naming the path.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }
  /// Gives back the memory that the bytes take; what is looked at again is read from the file
  /// again.
  void forget() const;

 private:
  std::span<const std::byte> bytes_;
};

std::string read_text_file(const std::filesystem::path& path);

/// Writes a file without a name in the same folder, syncs it, then puts it in place: a full disk, a
/// signal or a crash leaves the old file (or none) and nothing else. Throws kIo naming the path and
/// the reason.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

/// Throws kIo when `path` cannot become a file: its folder is missing or closed, or something that
/// is no file stands there. To be asked before long work; write_file asks too.
void check_writable(const std::filesystem::path& path);

}  // namespace mote
