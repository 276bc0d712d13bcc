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

 private:
  int descriptor_;
};

// A file that has no name while it is written, so that even a killed process leaves nothing behind;
// where the file system has no such files, one with a temporary name beside `path`.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& path) : path_(path) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    unnamed_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (unnamed_ >= 0) return;
    temporary_path_ = path.string() + ".XXXXXX";
    named_ = ::mkostemp(temporary_path_.data(), O_CLOEXEC);
    if (named_ < 0) {
      temporary_path_.clear();
      throw_io(path_, "write");
    }
  }
  ~NewFile() {
    if (!temporary_path_.empty()) ::unlink(temporary_path_.c_str());
    if (descriptor() >= 0) ::close(descriptor());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  int descriptor() const { return unnamed_ >= 0 ? unnamed_ : named_; }

  void move_into_place() {
    if (unnamed_ >= 0) give_temporary_name();
    if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) throw_io(path_, "write");
    temporary_path_.clear();
  }

 private:
  // Linking cannot replace a file, only renaming can.
  void give_temporary_name() {
    constexpr int kMaxAttempts = 1000;
    const std::string self = fmt::format("/proc/self/fd/{}", unnamed_);
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      const std::string name = fmt::format("{}.{}.{}", path_.string(), ::getpid(), attempt);
      if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
        temporary_path_ = name;
        return;
      }
      if (errno != EEXIST) break;
    }
    throw_io(path_, "write");
  }

  std::filesystem::path path_;
  std::string temporary_path_;
  int unnamed_ = -1;
  int named_ = -1;
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  // A pipe that nobody writes to must not hang the program: it is refused below.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
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

void MappedFile::forget() const {
  // Only advice: where it is not taken, the pages stay.
  if (!bytes_.empty()) {
    ::madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
  }
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
  if (::stat(folder.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    throw_error(ErrorKind::kIo, "cannot write '{}': '{}' is no folder", path.string(),
                folder.string());
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw_io(path, "write");
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  check_writable(path);
  NewFile file(path);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.descriptor(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io(path, "write");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  // So far the file is private; what the user asked for follows the umask like any other file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file.descriptor(), 0666 & ~mask) != 0) throw_io(path, "set the mode of");
  if (::fsync(file.descriptor()) != 0) throw_io(path, "write");
  file.move_into_place();
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace mote
