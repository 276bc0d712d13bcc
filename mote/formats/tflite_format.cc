#include "mote/formats/common/model_format.h"
#include "mote/formats/tflite/tflite_model.h"

namespace mote {
namespace {

Graph read(std::span<const std::byte> bytes, const std::filesystem::path&,
           const LoadOptions& options) {
  return read_tflite(bytes, options);
}

}  // namespace

ModelFormat tflite_format() {
  return {.name = "tflite",
          .extensions = {".tflite"},
          .recognizes = is_tflite,
          .read = read,
          .write = write_tflite};
}

}  // namespace mote
