// Damaged TFLite files: an Error or a graph, each within a second and all within the memory bound.
//
// A failure prints its seed; MOTE_MUTATION_SEED=<seed> runs that one alone.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "mote/formats/tflite/tflite_model.h"
#include "tests/flatbuffer_mutator.h"
#include "tests/tflite_seeds.h"

namespace mote {
namespace {

constexpr uint64_t kMutants = 100'000;
constexpr size_t kMaxSeedBytes = 16 << 10;
constexpr double kMaxSeconds = 1.0;
constexpr int64_t kMaxKilobytes = 256 << 10;

int64_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

enum class Outcome { kRead, kRefused };

Outcome read_and_write(std::span<const std::byte> bytes) {
  try {
    write_tflite(read_tflite(bytes));
    return Outcome::kRead;
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
    return Outcome::kRefused;
  }
}

Outcome run_mutant(const std::vector<test::SeedFile>& files, uint64_t seed) {
  Rng rng(seed);
  const test::SeedFile& file = files[static_cast<size_t>(seed % files.size())];
  const std::vector<std::byte> bytes = test::FlatbufferMutator(file.bytes).mutate(rng);
  const auto start = std::chrono::steady_clock::now();
  SCOPED_TRACE(fmt::format("MOTE_MUTATION_SEED={} ({})", seed, file.name));
  const Outcome outcome = read_and_write(bytes);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), kMaxSeconds);
  return outcome;
}

TEST(TfliteMutants, are_read_or_refused_within_bounds) {
  const std::vector<test::SeedFile> files = test::tflite_seeds(kMaxSeedBytes);
  ASSERT_GT(files.size(), 50u);
  if (const char* only = std::getenv("MOTE_MUTATION_SEED")) {
    run_mutant(files, std::strtoull(only, nullptr, 10));
    return;
  }
  const int64_t before = peak_kilobytes();
  int read = 0;
  for (uint64_t seed = 0; seed < kMutants; ++seed) {
    read += run_mutant(files, seed) == Outcome::kRead;
    ASSERT_LT(peak_kilobytes() - before, kMaxKilobytes) << "MOTE_MUTATION_SEED=" << seed;
  }
  std::printf("%llu mutants of %zu files: %d still readable\n",
              static_cast<unsigned long long>(kMutants), files.size(), read);
  // Were nearly all refused, the checks behind the first ones would go untested.
  EXPECT_GT(read, static_cast<int>(kMutants / 20));
}

TEST(TfliteMutants, truncated_anywhere_are_refused_or_whole) {
  const std::vector<test::SeedFile> files = test::tflite_seeds(2 << 10);
  ASSERT_FALSE(files.empty());
  const test::SeedFile& file = files.front();
  for (size_t size = 0; size < file.bytes.size(); ++size) {
    read_and_write(std::span(file.bytes).first(size));
  }
}

}  // namespace
}  // namespace mote
