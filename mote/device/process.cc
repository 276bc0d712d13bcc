#include "mote/device/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

extern char** environ;

namespace mote::device {
namespace {

namespace fs = std::filesystem;

constexpr auto kPollInterval = std::chrono::milliseconds(5);
constexpr size_t kMostOutput = 64 * 1024;
constexpr const char* kLog = "process.log";

class SpawnActions {
 public:
  SpawnActions(const fs::path& folder, const fs::path& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

pid_t start(const ProcessRequest& request, const fs::path& log) {
  std::vector<std::string> words = request.arguments;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const SpawnActions actions(request.folder, log);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, arguments[0], actions.get(), nullptr, arguments.data(), environ);
  if (error != 0) {
    throw_error(ErrorKind::kIo, "'{}' cannot be started: {}", words[0], std::strerror(error));
  }
  return child;
}

int end_of(pid_t child) {
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string text_of(const fs::path& log) {
  std::ifstream file(log, std::ios::binary);
  std::string text(kMostOutput, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace

ProcessResult run_process(const ProcessRequest& request, const Observer& observer) {
  const fs::path log = fs::absolute(request.folder / kLog);
  const pid_t child = start(request, log);
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(request.limit_seconds);
  ProcessResult result;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (observer.cancel != nullptr && observer.cancel->cancelled()) {
      end_of(child);
      observer.check_cancelled();
    }
    if (std::chrono::steady_clock::now() > limit) {
      result.timed_out = true;
      status = end_of(child);
      break;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output = text_of(log);
  std::error_code ignored;  // the folder goes as a whole
  fs::remove(log, ignored);
  return result;
}

bool has_program(std::string_view program) {
  const char* path = std::getenv("PATH");
  const std::string_view folders = path == nullptr ? "" : path;
  for (size_t first = 0; first < folders.size();) {
    const size_t end = std::min(folders.find(':', first), folders.size());
    const fs::path candidate = fs::path(folders.substr(first, end - first)) / program;
    if (access(candidate.c_str(), X_OK) == 0) return true;
    first = end + 1;
  }
  return false;
}

WorkFolder::WorkFolder() {
  std::string pattern = (fs::temp_directory_path() / "mote-device-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw_error(ErrorKind::kIo, "cannot make the folder '{}': {}", pattern, std::strerror(errno));
  }
  path_ = pattern;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;  // what is left lies in the system's folder for such files
  fs::remove_all(path_, ignored);
}

}  // namespace mote::device
