// Writes the start of the fuzzing corpora, models of one operator each:
//
//   make_corpus build/fuzz/corpus 1       all of them, as `tools/dev fuzz` begins
//   make_corpus tests/fuzz/corpus 12      every twelfth, for the repository
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "mote/base/file.h"
#include "mote/formats/onnx/write.h"
#include "mote/formats/tflite/tflite_model.h"
#include "tests/model_seeds.h"

namespace mote::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 3 << 10;

struct Corpus {
  fs::path folder;
  const char* ending;
  size_t every;  // of the models one is kept
};

void write_corpus(const Corpus& corpus, const WriteModel& write) {
  fs::create_directories(corpus.folder);
  const std::vector<SeedFile> seeds = model_seeds(write, kMaxFileBytes);
  for (size_t i = 0; i < seeds.size(); i += corpus.every) {
    write_file(corpus.folder / (seeds[i].name + corpus.ending), seeds[i].bytes);
  }
}

}  // namespace
}  // namespace mote::test

int main(int argc, char** argv) {
  using mote::test::write_corpus;
  const size_t every = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0;
  if (every == 0) {
    std::fprintf(stderr, "usage: make_corpus FOLDER EVERY\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  write_corpus({folder / "tflite_reader_fuzz", ".tflite", every},
               [](const mote::Graph& graph) { return mote::write_tflite(graph); });
  write_corpus({folder / "onnx_reader_fuzz", ".onnx", every},
               [](const mote::Graph& graph) { return mote::write_onnx(graph); });
  return 0;
}
