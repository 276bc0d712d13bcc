// libFuzzer target: any bytes are a TFLite file or an Error.
//
//   cmake --preset fuzz && ninja -C build/fuzz tflite_reader_fuzz
//   build/fuzz/tests/fuzz/tflite_reader_fuzz tests/fuzz/corpus/tflite
#include <cstdint>
#include <span>

#include "mote/base/error.h"
#include "mote/formats/tflite/tflite_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    mote::write_tflite(mote::read_tflite(std::as_bytes(std::span(data, size))));
  } catch (const mote::Error& error) {
    if (error.kind() == mote::ErrorKind::kInternal) __builtin_trap();
  }
  return 0;
}
