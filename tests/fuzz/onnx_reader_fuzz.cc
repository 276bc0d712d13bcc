// libFuzzer target: any bytes are an ONNX model that is printed and run, or an Error.
//
//   tools/dev fuzz 60
#include <cstdint>
#include <span>

#include "mote/base/error.h"
#include "mote/formats/onnx/read.h"
#include "tests/mutant_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    mote::test::exercise(mote::read_onnx(std::as_bytes(std::span(data, size))));
  } catch (const mote::Error& error) {
    if (error.kind() == mote::ErrorKind::kInternal) __builtin_trap();
  }
  return 0;
}
