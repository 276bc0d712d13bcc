#include "tests/fuzz/fuzz_target.h"

#include <sanitizer/allocator_interface.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "mote/base/error.h"

// Of libFuzzer, which has no header for it.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace mote::test {
namespace {

// The bounds a user is promised for a file of a few kilobytes. Under sanitizers code is several
// times slower, so a second here is less without them.
constexpr double kMaxSeconds = 1.0;
constexpr int64_t kMaxBytes = int64_t{256} << 20;

// Bytes allocated and not freed. Memory that is only reserved counts too, unlike in libFuzzer's own
// limit on resident pages.
std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> bytes_at_start{0};

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "fuzz target: the input %s\n", what);
  std::abort();
}

void on_allocation(const volatile void*, size_t size) {
  const int64_t live = live_bytes += static_cast<int64_t>(size);
  if (live - bytes_at_start > kMaxBytes) give_up("needs more than 256 MB");
}

void on_release(const volatile void* memory) {
  if (memory == nullptr) return;
  live_bytes -=
      static_cast<int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

// Of this process: what else the machine does must fail no input. libFuzzer's own -timeout, in
// wall-clock time, is for inputs that never end.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int fuzz_one(std::span<const uint8_t> input, void (*use)(std::span<const std::byte> file)) {
  [[maybe_unused]] static const int installed =
      __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);
  bytes_at_start = live_bytes.load();
  const double start = cpu_seconds();
  try {
    use(std::as_bytes(input));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) {
      std::fprintf(stderr, "%s\n", error.what());
      give_up("meets a bug in mote");
    }
  }
  if (cpu_seconds() - start > kMaxSeconds) give_up("needs more than a second");
  return 0;
}

size_t mutate_one(FuzzBuffer buffer, unsigned seed,
                  std::vector<std::byte> (*mutate)(std::span<const std::byte> file, Rng& rng)) {
  Rng rng(seed);
  if (rng.integer(0, 1) == 0) {
    const std::vector<std::byte> changed =
        mutate(std::as_bytes(std::span(buffer.data, buffer.size)), rng);
    if (!changed.empty() && changed.size() <= buffer.max_size) {
      std::memcpy(buffer.data, changed.data(), changed.size());
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(buffer.data, buffer.size, buffer.max_size);
}

}  // namespace mote::test
