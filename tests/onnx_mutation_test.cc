// Damaged ONNX files: an Error or a graph, each within a second and the memory bound.
//
// They start from files of our own, one for each operator, and from test files of the package
// libonnx-testdata where it is installed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "mote/base/file.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "tests/model_seeds.h"
#include "tests/mutant_run.h"
#include "tests/onnx_mutator.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMutants = 30'000;
constexpr size_t kMaxSeedBytes = 16 << 10;

// What our writer does not make: control flow, functions, older forms of operators.
void add_published_files(std::vector<test::SeedFile>& files) {
  const char* given = std::getenv("MOTE_ONNX_TESTDATA");
  const fs::path root = given != nullptr ? given : "/usr/share/libonnx-testdata/data";
  for (const char* name :
       {"test_conv_with_strides_padding", "test_convtranspose_pads", "test_gemm_all_attributes",
        "test_maxpool_2d_ceil", "test_slice", "test_reshape_extended_dims", "test_qlinearconv",
        "test_resize_upsample_scales_linear", "test_lstm_with_peepholes",
        "test_split_equal_parts_1d", "test_constantofshape_float_ones", "test_batchnorm_example",
        "test_if", "test_pad", "test_celu_expanded", "test_softmax_axis_1_expanded"}) {
    const fs::path path = root / "node" / name / "model.onnx";
    if (!fs::exists(path)) continue;
    const MappedFile file(path);
    files.push_back({name, {file.bytes().begin(), file.bytes().end()}});
  }
}

std::vector<test::SeedFile> seeds() {
  std::vector<test::SeedFile> files =
      test::model_seeds([](const Graph& graph) { return write_onnx(graph); }, kMaxSeedBytes);
  add_published_files(files);
  return files;
}

void read_and_run(std::span<const std::byte> bytes) { test::exercise(read_onnx(bytes)); }

TEST(OnnxMutants, are_read_and_run_or_refused_within_bounds) {
  const std::vector<test::SeedFile> files = seeds();
  ASSERT_GT(files.size(), 50u);
  std::vector<test::OnnxMutator> mutators;
  for (const test::SeedFile& file : files) mutators.emplace_back(file.bytes);
  const auto make = [&](uint64_t seed, Rng& rng) {
    return mutators[seed % mutators.size()].mutate(rng);
  };
  const auto [run, accepted] =
      test::run_mutants({.count = kMutants, .make = make, .use = read_and_run});
  std::printf("%lld mutants of %zu files: %lld accepted\n", static_cast<long long>(run),
              files.size(), static_cast<long long>(accepted));
  // Were nearly all refused, the checks behind the first ones would go untested.
  if (run == kMutants) {
    EXPECT_GT(accepted, run / 20);
  }
}

TEST(OnnxMutants, that_fuzzing_kept_are_read_and_run_or_refused_within_bounds) {
  EXPECT_GT(test::run_corpus("onnx_reader_fuzz", read_and_run).accepted, 0);
}

TEST(OnnxMutants, truncated_anywhere_are_refused_or_read) {
  for (const test::SeedFile& file : seeds()) {
    if (file.bytes.size() > 500) continue;
    const auto make = [&](uint64_t seed, Rng&) {
      const auto size = static_cast<std::ptrdiff_t>(seed % file.bytes.size());
      return std::vector<std::byte>(file.bytes.begin(), file.bytes.begin() + size);
    };
    test::run_mutants({.count = file.bytes.size(), .make = make, .use = read_and_run});
  }
}

}  // namespace
}  // namespace mote
