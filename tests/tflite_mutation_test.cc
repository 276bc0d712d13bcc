// Damaged TFLite files: an Error or a graph, each within a second and the memory bound.
#include <gtest/gtest.h>

#include "mote/formats/tflite/tflite_model.h"
#include "tests/flatbuffer_mutator.h"
#include "tests/model_seeds.h"
#include "tests/mutant_run.h"

namespace mote {
namespace {

constexpr uint64_t kMutants = 100'000;
constexpr size_t kMaxSeedBytes = 16 << 10;

std::vector<test::SeedFile> seeds(size_t max_bytes) {
  return test::model_seeds([](const Graph& graph) { return write_tflite(graph); }, max_bytes);
}

void read_write_and_run(std::span<const std::byte> bytes) {
  const Graph graph = read_tflite(bytes);
  write_tflite(graph);
  test::exercise(graph);
}

TEST(TfliteMutants, are_read_and_run_or_refused_within_bounds) {
  const std::vector<test::SeedFile> files = seeds(kMaxSeedBytes);
  ASSERT_GT(files.size(), 50u);
  const auto make = [&](uint64_t seed, Rng& rng) {
    return test::FlatbufferMutator(files[seed % files.size()].bytes).mutate(rng);
  };
  const auto [run, accepted] =
      test::run_mutants({.count = kMutants, .make = make, .use = read_write_and_run});
  std::printf("%lld mutants of %zu files: %lld accepted\n", static_cast<long long>(run),
              files.size(), static_cast<long long>(accepted));
  // Were nearly all refused, the checks behind the first ones would go untested.
  if (run == kMutants) {
    EXPECT_GT(accepted, run / 20);
  }
}

TEST(TfliteMutants, that_fuzzing_kept_are_read_and_run_or_refused_within_bounds) {
  EXPECT_GT(test::run_corpus("tflite_reader_fuzz", read_write_and_run).accepted, 0);
}

TEST(TfliteMutants, truncated_anywhere_are_refused_or_whole) {
  const std::vector<test::SeedFile> files = seeds(2 << 10);
  ASSERT_FALSE(files.empty());
  const std::vector<std::byte>& file = files.front().bytes;
  const auto make = [&](uint64_t seed, Rng&) {
    const size_t size = seed % file.size();
    return std::vector<std::byte>(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
  };
  test::run_mutants({.count = file.size(), .make = make, .use = read_write_and_run});
}

}  // namespace
}  // namespace mote
