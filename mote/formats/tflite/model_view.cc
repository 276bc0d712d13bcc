#include "mote/formats/tflite/model_view.h"

#include <algorithm>

#include "mote/base/error.h"

namespace mote::tflite {
namespace {

/// The only version of the format in use. Source: TFLite schema, Model.version.
constexpr uint32_t kSchemaVersion = 3;

/// Offsets in a flatbuffer are 32 bits, signed in places; what lies behind is raw buffer content.
constexpr size_t kMaxFlatbufferBytes = FLATBUFFERS_MAX_BUFFER_SIZE - 1;

/// Buffers 0 and 1 of a file that keeps content outside use small offsets as "not set".
/// Source: TFLite schema, Buffer.offset: offsets of 0 and 1 are placeholders.
constexpr uint64_t kFirstRealOffset = 2;

}  // namespace

ModelView::ModelView(std::span<const std::byte> file) : file_(file) {
  const auto* data = reinterpret_cast<const uint8_t*>(file.data());
  flatbuffers::Verifier verifier(data, std::min(file.size(), kMaxFlatbufferBytes));
  if (!schema::VerifyModelBuffer(verifier)) {
    throw_error(ErrorKind::kInvalidModel,
                "not a TFLite file, or a damaged one: the flatbuffer of {} bytes is inconsistent",
                file.size());
  }
  model_ = schema::GetModel(data);
  if (model_->version() != kSchemaVersion) {
    throw_error(ErrorKind::kInvalidModel, "TFLite schema version {}, only {} is known",
                model_->version(), kSchemaVersion);
  }
}

std::span<const std::byte> ModelView::buffer(uint32_t index) const {
  const size_t count = model_->buffers() == nullptr ? 0 : model_->buffers()->size();
  if (index >= count) {
    throw_error(ErrorKind::kInvalidModel, "buffer {} does not exist; the file has {}", index,
                count);
  }
  const schema::Buffer& buffer = *model_->buffers()->Get(index);
  if (buffer.offset() >= kFirstRealOffset) {
    if (buffer.offset() > file_.size() || buffer.size() > file_.size() - buffer.offset()) {
      throw_error(ErrorKind::kInvalidModel,
                  "buffer {} lies at {} with {} bytes, outside the file of {} bytes", index,
                  buffer.offset(), buffer.size(), file_.size());
    }
    return file_.subspan(buffer.offset(), buffer.size());
  }
  return std::as_bytes(elements(buffer.data()));
}

std::string_view text(const flatbuffers::String* string) {
  return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

}  // namespace mote::tflite
