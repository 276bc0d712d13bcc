// libFuzzer target: any bytes read as an ONNX model end in a graph or an Error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "mote/base/error.h"
#include "mote/formats/onnx/read.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    mote::read_onnx(std::as_bytes(std::span(data, size)));
  } catch (const mote::Error&) {
  }
  return 0;
}
