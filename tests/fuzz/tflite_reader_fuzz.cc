// libFuzzer target: any bytes are a TFLite model that is written, printed and run, or an Error.
//
//   tools/dev fuzz 60
#include "mote/formats/tflite/tflite_model.h"
#include "tests/flatbuffer_mutator.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/mutant_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return mote::test::fuzz_one({data, size}, [](std::span<const std::byte> file) {
    const mote::Graph graph = mote::read_tflite(file);
    mote::write_tflite(graph);
    mote::test::exercise(graph);
  });
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return mote::test::mutate_one(
      {data, size, max_size}, seed, [](std::span<const std::byte> file, mote::Rng& rng) {
        using mote::test::FlatbufferMutator;
        return FlatbufferMutator::is_sound(file) ? FlatbufferMutator(file).mutate(rng)
                                                 : std::vector<std::byte>();
      });
}
