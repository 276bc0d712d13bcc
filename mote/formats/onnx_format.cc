// ONNX as a row of the table of formats.
#include "mote/formats/common/model_format.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"

namespace mote {
namespace {

// A ModelProto has no magic number. Every writer begins with ir_version, field 1 as a varint (byte
// 0x08), and a version is a small number.
bool recognizes(std::span<const std::byte> bytes) {
  constexpr std::byte kIrVersionField{0x08};
  constexpr std::byte kMaxIrVersion{0x20};
  return bytes.size() > 2 && bytes[0] == kIrVersionField && bytes[1] > std::byte{0} &&
         bytes[1] < kMaxIrVersion;
}

}  // namespace

ModelFormat onnx_format() {
  return {.name = "onnx",
          .extensions = {".onnx"},
          .recognizes = recognizes,
          .read = read_onnx,
          .write = write_onnx};
}

}  // namespace mote
