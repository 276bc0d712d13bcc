// Writes the start of the fuzzing corpus: make_tflite_corpus tests/fuzz/corpus/tflite
#include <cstdio>
#include <filesystem>

#include "mote/base/file.h"
#include "tests/tflite_seeds.h"

int main(int argc, char** argv) {
  constexpr size_t kMaxBytes = 3 << 10;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_tflite_corpus FOLDER\n");
    return 2;
  }
  std::filesystem::create_directories(argv[1]);
  for (const mote::test::SeedFile& seed : mote::test::tflite_seeds(kMaxBytes)) {
    mote::write_file(std::filesystem::path(argv[1]) / (seed.name + ".tflite"), seed.bytes);
  }
  return 0;
}
