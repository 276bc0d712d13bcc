// Writes the start of the fuzzing corpora: make_corpus tests/fuzz/corpus
#include <cstdio>
#include <filesystem>

#include "mote/base/file.h"
#include "mote/formats/onnx/write.h"
#include "mote/formats/tflite/tflite_model.h"
#include "tests/model_seeds.h"

namespace mote::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 3 << 10;
// All of a corpus, so that it can lie in the repository: every so many-th file is kept.
constexpr size_t kEvery = 12;

void write_corpus(const fs::path& folder, const char* ending, const WriteModel& write) {
  fs::create_directories(folder);
  const std::vector<SeedFile> seeds = model_seeds(write, kMaxFileBytes);
  for (size_t i = 0; i < seeds.size(); i += kEvery) {
    write_file(folder / (seeds[i].name + ending), seeds[i].bytes);
  }
}

}  // namespace
}  // namespace mote::test

int main(int argc, char** argv) {
  using mote::test::write_corpus;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_corpus FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  write_corpus(folder / "tflite_reader_fuzz", ".tflite",
               [](const mote::Graph& graph) { return mote::write_tflite(graph); });
  write_corpus(folder / "onnx_reader_fuzz", ".onnx",
               [](const mote::Graph& graph) { return mote::write_onnx(graph); });
  return 0;
}
