// A TFLite file whose structure has been verified, and its buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mote/formats/tflite/schema_generated.h"

namespace mote::tflite {

namespace schema = ::mote::tflite_schema;

class ModelView {
 public:
  /// Throws kInvalidModel when the flatbuffer is damaged or of another version.
  explicit ModelView(std::span<const std::byte> file);

  const schema::Model& model() const { return *model_; }
  /// The content of a buffer, wherever it is stored; empty when it has none. Throws kInvalidModel
  /// when the index or the place is outside the file.
  std::span<const std::byte> buffer(uint32_t index) const;
  size_t file_size() const { return file_.size(); }

 private:
  std::span<const std::byte> file_;
  const schema::Model* model_ = nullptr;
};

/// The text of an optional string; empty when absent.
std::string_view text(const flatbuffers::String* string);

/// The elements of an optional vector; empty when absent.
template <class T>
std::span<const T> elements(const flatbuffers::Vector<T>* vector) {
  if (vector == nullptr) return {};
  return {vector->data(), vector->size()};
}

}  // namespace mote::tflite
