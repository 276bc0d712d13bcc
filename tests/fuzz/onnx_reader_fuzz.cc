// libFuzzer target: any bytes are an ONNX model that is printed and run, or an Error.
//
//   tools/dev fuzz 60
#include "mote/formats/onnx/read.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/mutant_run.h"
#include "tests/onnx_mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return mote::test::fuzz_one({data, size}, [](std::span<const std::byte> file) {
    mote::test::exercise(mote::read_onnx(file));
  });
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return mote::test::mutate_one({data, size, max_size}, seed,
                                [](std::span<const std::byte> file, mote::Rng& rng) {
                                  return mote::test::OnnxMutator(file).mutate(rng);
                                });
}
