#include "tests/mutant_run.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>

#include "mote/base/error.h"
#include "mote/base/file.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace mote::test {
namespace {

constexpr double kMaxSeconds = 1.0;
constexpr rlim_t kMaxBytes = rlim_t{256} << 20;
// A mutant that hangs is ended, so that its seed is printed.
constexpr unsigned kHangSeconds = 20;

// What a signal handler prints; written before each mutant.
char current[64];

void print_current() {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, current, std::strlen(current));
}

void on_crash(int signal) {
  print_current();
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void print_seed_on_crash() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback(print_current);
#else
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::signal(signal, on_crash);
#endif
  for (const int signal : {SIGABRT, SIGALRM}) ::signal(signal, on_crash);
}

// Address space that may be taken beside what is in use now: a larger allocation throws
// std::bad_alloc. Sanitizers reserve terabytes, so under them nothing is bounded.
class MemoryBound {
 public:
  MemoryBound() {
#ifndef __SANITIZE_ADDRESS__
    ::getrlimit(RLIMIT_AS, &before_);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit bound = before_;
    bound.rlim_cur = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + kMaxBytes;
    ::setrlimit(RLIMIT_AS, &bound);
#endif
  }
  ~MemoryBound() {
#ifndef __SANITIZE_ADDRESS__
    ::setrlimit(RLIMIT_AS, &before_);
#endif
  }
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;

 private:
  [[maybe_unused]] rlimit before_{};
};

// Of this process: what else the machine does must fail no test.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool is_accepted(const Mutants& mutants, std::span<const std::byte> file) {
  try {
    mutants.use(file);
    return true;
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
  return false;
}

}  // namespace

MutantCounts run_mutants(const Mutants& mutants) {
  print_seed_on_crash();
  uint64_t first = 0;
  uint64_t end = mutants.count;
  if (const char* only = std::getenv("MOTE_MUTATION_SEED")) {
    first = std::strtoull(only, nullptr, 10);
    end = first + 1;
  }
  const MemoryBound bound;
  MutantCounts counts;
  for (uint64_t seed = first; seed < end; ++seed) {
    *fmt::format_to_n(current, sizeof(current) - 1, "MOTE_MUTATION_SEED={}\n", seed).out = '\0';
    SCOPED_TRACE(current);
    Rng rng(seed);
    const std::vector<std::byte> file = mutants.make(seed, rng);
    ::alarm(kHangSeconds);
    const double start = cpu_seconds();
    counts.accepted += is_accepted(mutants, file);
    EXPECT_LT(cpu_seconds() - start, kMaxSeconds);
    ++counts.run;
  }
  ::alarm(0);
  return counts;
}

MutantCounts run_corpus(const std::string& target,
                        const std::function<void(std::span<const std::byte> file)>& use) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(MOTE_FUZZ_CORPUS) / target)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  const auto make = [&](uint64_t seed, Rng&) {
    const MappedFile file(paths[seed % paths.size()]);
    return std::vector<std::byte>(file.bytes().begin(), file.bytes().end());
  };
  return run_mutants({.count = paths.size(), .make = make, .use = use});
}

}  // namespace mote::test
