#include "mote/base/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "mote/base/error.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargeBytes = 64 << 20;
constexpr int kRefused = 3;

// A folder of its own for each test, gone with it.
class WriteFile : public testing::Test {
 protected:
  WriteFile() {
    std::string name = (fs::temp_directory_path() / "mote_file_test.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~WriteFile() override { fs::remove_all(folder_); }

  fs::path path() const { return folder_ / "model.tflite"; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }

  fs::path folder_;
};

// Exits kRefused when the write ends in an Error of kind kIo that names the path.
[[noreturn]] void write_large_and_exit(const fs::path& path) {
  const std::string content(kLargeBytes, 'n');
  try {
    write_file(path, content);
  } catch (const Error& error) {
    const bool named = std::string_view(error.what()).find(path.string()) != std::string_view::npos;
    ::_exit(error.kind() == ErrorKind::kIo && named ? kRefused : 1);
  }
  ::_exit(0);
}

int status_of_child(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST_F(WriteFile, replaces_the_content_and_leaves_nothing_else) {
  write_file(path(), "first");
  write_file(path(), "second");
  EXPECT_EQ(read_text_file(path()), "second");
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(WriteFile, gives_the_file_the_mode_of_the_umask) {
  const mode_t before = ::umask(027);
  write_file(path(), "content");
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

// A limit on file sizes fails in the middle of a write as a full disk does.
TEST_F(WriteFile, keeps_the_old_file_and_no_part_of_the_new_one_when_the_disk_is_full) {
  write_file(path(), "old");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_large_and_exit(path());
  }
  const int status = status_of_child(child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kRefused);
  EXPECT_EQ(read_text_file(path()), "old");
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(WriteFile, killed_at_any_moment_leaves_the_old_file_or_the_new_one_whole) {
  for (int delay_ms = 0; delay_ms < 40; delay_ms += 4) {
    write_file(path(), "old");
    const pid_t child = ::fork();
    if (child == 0) write_large_and_exit(path());
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    ::kill(child, SIGKILL);
    status_of_child(child);
    const auto size = fs::file_size(path());
    EXPECT_TRUE(size == 3 || size == kLargeBytes) << size << " bytes after " << delay_ms << " ms";
    for (const std::string& name : names()) {
      EXPECT_TRUE(name == "model.tflite" || fs::file_size(folder_ / name) == kLargeBytes) << name;
    }
  }
}

TEST_F(WriteFile, names_the_path_and_the_reason_when_the_folder_is_missing) {
  try {
    write_file(folder_ / "missing" / "model.tflite", "content");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string_view(error.what()).find("missing/model.tflite"), std::string_view::npos);
    EXPECT_NE(std::string_view(error.what()).find("No such file"), std::string_view::npos);
  }
}

TEST(MappedFileOf, a_folder_or_a_device_is_refused) {
  EXPECT_THROW(MappedFile(fs::temp_directory_path()), Error);
  EXPECT_THROW(MappedFile("/dev/zero"), Error);
}

TEST_F(WriteFile, a_pipe_without_a_writer_is_refused_at_once) {
  const fs::path pipe = folder_ / "pipe.onnx";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THROW(MappedFile{pipe}, Error);
}

}  // namespace
}  // namespace mote
