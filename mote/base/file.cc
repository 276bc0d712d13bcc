#include "mote/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "mote/base/error.h"

namespace mote {
namespace {

[[noreturn]] void throw_io(const std::filesystem::path& path, std::string_view action) {
  throw_error(ErrorKind::kIo, "cannot {} '{}': {}", action, path.string(), std::strerror(errno));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

// Removes the temporary file unless it was renamed into place.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void keep() { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw_io(path, "open");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_io(path, "inspect");
  if (!S_ISREG(status.st_mode)) {
    throw_error(ErrorKind::kIo, "cannot read '{}': not a regular file", path.string());
  }
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return;
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) throw_io(path, "map");
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

std::string read_text_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

void check_writable(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw_error(ErrorKind::kIo, "cannot write '{}': it is there and no regular file",
                path.string());
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw_io(path, "write");
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  check_writable(path);
  std::string temporary_path = path.string() + ".XXXXXX";
  FileDescriptor file(::mkostemp(temporary_path.data(), O_CLOEXEC));
  if (file.get() < 0) throw_io(path, "write");
  TemporaryFile temporary(temporary_path);

  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io(path, "write");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  // mkostemp makes the file private; what the user asked for follows the umask like any other file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file.get(), 0666 & ~mask) != 0) throw_io(path, "set the mode of");
  if (::fsync(file.get()) != 0) throw_io(path, "write");
  if (::close(file.release()) != 0) throw_io(path, "write");
  if (::rename(temporary_path.c_str(), path.c_str()) != 0) throw_io(path, "write");
  temporary.keep();
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace mote
