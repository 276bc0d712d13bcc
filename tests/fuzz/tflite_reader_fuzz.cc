// libFuzzer target: any bytes are a TFLite model that is written, printed and run, or an Error.
//
//   tools/dev fuzz 60
#include <cstdint>
#include <span>

#include "mote/base/error.h"
#include "mote/formats/tflite/tflite_model.h"
#include "tests/mutant_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const mote::Graph graph = mote::read_tflite(std::as_bytes(std::span(data, size)));
    mote::write_tflite(graph);
    mote::test::exercise(graph);
  } catch (const mote::Error& error) {
    if (error.kind() == mote::ErrorKind::kInternal) __builtin_trap();
  }
  return 0;
}
